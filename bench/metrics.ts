import { readFile } from 'node:fs/promises';

/**
 * The sum of a metric's series at this moment.
 * @param url where `/metrics` is
 * @param labels only series whose labels, as text, hold this
 */
export async function metric(url: string, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => (line.startsWith(`${name} `) || line.startsWith(`${name}{`)) && line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

export interface Memory {
  /** Resident set, MiB. */
  readonly resident: number;
  /** The largest that it ever was, MiB. */
  readonly peak: number;
}

/** What a process of this machine occupies; Linux only. */
export async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? NaN) / 1024;
  return { resident: field('VmRSS'), peak: field('VmHWM') };
}
