import { settle } from '../runtime/fake-clock.ts';

/** What is written to standard error while `act` runs. Standard error is the process's own, so nothing else may log meanwhile. */
export async function standardErrorOf(act: () => void): Promise<string> {
  const chunks: string[] = [];
  const original = Object.getOwnPropertyDescriptor(process.stderr, 'write');
  process.stderr.write = (chunk: string | Uint8Array): boolean => {
    chunks.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    return true;
  };
  try {
    act();
    await settle();
  } finally {
    if (original === undefined) Reflect.deleteProperty(process.stderr, 'write');
    else Object.defineProperty(process.stderr, 'write', original);
  }
  return chunks.join('');
}
