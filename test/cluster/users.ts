import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const ADMINISTRATOR = 'administrator';
/** Named as a real cluster names it; the audit policy leaves it out under this name. */
export const CONTROLLER_MANAGER_USER = 'system:kube-controller-manager';
/** Users without any right of their own, for tests that grant them some. */
export const PLAIN_USERS: readonly string[] = ['alice', 'bob', 'carol'];

/** A user of the API server. */
export interface User {
  readonly name: string;
  readonly groups: readonly string[];
}

const MASTERS = 'system:masters';

export interface Users {
  /** For `--token-auth-file`. */
  readonly tokenFile: string;
  /** The bearer token of each user. */
  readonly tokens: ReadonlyMap<string, string>;
}

/**
 * Writes the static token file of the API server: the administrator, the controller manager, and users without rights.
 * @param further users besides these
 */
export async function writeUsers(directory: string, further: readonly User[] = []): Promise<Users> {
  const users: readonly User[] = [
    ...[ADMINISTRATOR, CONTROLLER_MANAGER_USER].map((name) => ({ name, groups: [MASTERS] })),
    ...PLAIN_USERS.map((name) => ({ name, groups: [] })),
    ...further,
  ];
  const tokens = new Map(users.map(({ name }) => [name, randomBytes(24).toString('hex')]));
  const lines = users.map(({ name, groups }) => `${tokens.get(name) ?? ''},${name},${name},"${groups.join(',')}"\n`);
  const tokenFile = join(directory, 'tokens.csv');
  await writeFile(tokenFile, lines.join(''), { mode: 0o600 });
  return { tokenFile, tokens };
}
