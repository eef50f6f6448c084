/** A login, as it came over the wire. */
export interface Credential {
  readonly account: string;
  readonly password: string;
}

/** Somebody asks the token server for a token. */
export interface TokenRequest {
  /** Undefined for an anonymous one. */
  readonly credential: Credential | undefined;
  /** Repositories to pull from. */
  readonly repositories: readonly string[];
}

/** The parts of an HTTP request that a token server looks at. */
export interface TokenMessage {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** Body of a POST. */
  readonly form: URLSearchParams;
}

const SCOPE = /^repository:(?<repository>[^:]+):(?:[a-z,]*,)?pull(?:,|$)/;

/**
 * Reads both ways to ask for a token: GET with Basic credentials or none, and POST with an OAuth2 form.
 * @returns undefined for what is neither, another grant type than `password` included
 */
export function readTokenRequest({ method, query, authorization, form }: TokenMessage): TokenRequest | undefined {
  if (method === 'GET') {
    const credential = authorization === undefined ? 'none' : basicCredential(authorization);
    if (credential === undefined) return undefined;
    return { credential: credential === 'none' ? undefined : credential, repositories: repositoriesIn(query) };
  }
  const account = form.get('username');
  const password = form.get('password');
  if (method !== 'POST' || form.get('grant_type') !== 'password' || account === null || password === null) {
    return undefined;
  }
  return { credential: { account, password }, repositories: repositoriesIn(form) };
}

/** Clients repeat the parameter, or put several scopes into one with spaces between them. */
function repositoriesIn(parameters: URLSearchParams): string[] {
  const scopes = parameters.getAll('scope').flatMap((scope) => scope.split(' '));
  return scopes.flatMap((scope) => SCOPE.exec(scope)?.groups?.['repository'] ?? []);
}

function basicCredential(authorization: string): Credential | undefined {
  const encoded = /^basic +(?<encoded>\S+)$/i.exec(authorization)?.groups?.['encoded'];
  if (encoded === undefined) return undefined;
  const [account = '', ...rest] = Buffer.from(encoded, 'base64').toString().split(':');
  return account === '' || rest.length === 0 ? undefined : { account, password: rest.join(':') };
}
