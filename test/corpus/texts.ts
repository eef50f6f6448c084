import { digest, type Image } from './images.ts';

/** URLs and wrappers that containerd puts around a cause. */
export const manifest = ({ api, path, tag }: Image): string => `https://${api}/v2/${path}/manifests/${tag}`;
export const blob = ({ api, path }: Image): string => `https://${api}/v2/${path}/blobs/${digest(path)}`;
export const unpack = ({ full }: Image, inner: string): string => `failed to pull and unpack image "${full}": ${inner}`;
export const resolve = (i: Image, inner: string): string =>
  unpack(i, `failed to resolve reference "${i.full}": ${inner}`);
export const copy = (i: Image, inner: string): string =>
  unpack(i, `failed to copy: httpReadSeeker: failed open: ${inner}`);

/** How the host of the image's registry is reported. */
export const answered = (i: Image): string => (i.registry === 'docker.io' ? 'docker.io' : i.api);
export const nowhere = (): undefined => undefined;

/** What Docker Hub says when it limits a pull. Account and token are made up. */
export const HUB_SAYS = {
  any: 'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit',
  docs: 'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limits',
  anonymous: 'You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
  account:
    "You have reached your pull rate limit as 'harbourmaster': dckr_jti_Qk3fZr9tV-x1aLw0=. You may increase the limit by upgrading. https://www.docker.com/increase-rate-limit",
};
