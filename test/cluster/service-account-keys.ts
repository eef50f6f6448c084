import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ServiceAccountKeys {
  readonly privateKeyFile: string;
  readonly publicKeyFile: string;
}

/** Writes the key pair with which the control plane signs and checks the tokens of ServiceAccounts. P-256: made in a millisecond. */
export async function writeServiceAccountKeys(directory: string): Promise<ServiceAccountKeys> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const keys = {
    privateKeyFile: join(directory, 'service-account.key'),
    publicKeyFile: join(directory, 'service-account.pub'),
  };
  await writeFile(keys.privateKeyFile, privateKey, { mode: 0o600 });
  await writeFile(keys.publicKeyFile, publicKey);
  return keys;
}
