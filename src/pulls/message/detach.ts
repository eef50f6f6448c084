import { DOCKER_HUB } from '../../registry/hub.ts';
import type { PullFailure } from './classify.ts';

/** A copy that does not keep alive what it was cut from: a host of twenty characters would hold a message of a thousand. */
const detach = (text: string): string =>
  text === DOCKER_HUB ? DOCKER_HUB : Buffer.from(text, 'utf8').toString('utf8');

/** The failure without any hold on the message that it was read from. */
export const detached = ({ image, registry, endpoint, mirror, ...rest }: PullFailure): PullFailure => ({
  ...rest,
  image: detach(image),
  registry: detach(registry),
  ...(endpoint !== undefined && { endpoint: detach(endpoint) }),
  ...(mirror !== undefined && { mirror: detach(mirror) }),
});

/** The first `max` characters of a text, without any hold on the rest. */
export const excerpt = (text: string, max: number): string => detach(text.slice(0, max));
