import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const ADMINISTRATOR = 'administrator';
/** Named as a real cluster names it; the audit policy leaves it out under this name. */
export const CONTROLLER_MANAGER_USER = 'system:kube-controller-manager';
/** Users without any right of their own, for tests that grant them some. */
export const PLAIN_USERS: readonly string[] = ['alice', 'bob', 'carol'];

const MASTERS = 'system:masters';

export interface Users {
  /** For `--token-auth-file`. */
  readonly tokenFile: string;
  /** The bearer token of each user. */
  readonly tokens: ReadonlyMap<string, string>;
}

/** Writes the static token file of the API server: the administrator, the controller manager, and users without rights. */
export async function writeUsers(directory: string): Promise<Users> {
  const masters = [ADMINISTRATOR, CONTROLLER_MANAGER_USER];
  const tokens = new Map([...masters, ...PLAIN_USERS].map((user) => [user, randomBytes(24).toString('hex')]));
  const groups = (user: string): string => (masters.includes(user) ? `,${MASTERS}` : '');
  const lines = [...tokens].map(([user, token]) => `${token},${user},${user}${groups(user)}\n`);
  const tokenFile = join(directory, 'tokens.csv');
  await writeFile(tokenFile, lines.join(''), { mode: 0o600 });
  return { tokenFile, tokens };
}
