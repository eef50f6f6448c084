import { findAny, phrases } from './phrases.ts';
import type { Token } from './tokens.ts';

/** The login, if there was one, was taken; then the image was refused. Registries do not tell strangers which images exist. */
const OF_IMAGE = phrases(
  'repository does not exist', // containerd, dockerd: "repository does not exist or may require …"
  'may not exist', // Artifact Registry: "(or it may not exist)"
  'insufficient_scope', // error of the token protocol
  'requested access to the resource is denied', // Docker Hub
  'access to the requested resource is not authorized', // Quay
);

/** Words for a login that was not taken. */
const OF_LOGIN = phrases(
  'incorrect username or password',
  'invalid username/password',
  'authorization token has expired',
  'oauth token', // "failed to fetch oauth token: …": the token endpoint refused it
);

/** Whether a refusal is in words that the registry also has for an image that does not exist. Pure. */
export const mayNotExist = (cause: readonly Token[]): boolean =>
  findAny(cause, OF_IMAGE) !== undefined && findAny(cause, OF_LOGIN) === undefined;
