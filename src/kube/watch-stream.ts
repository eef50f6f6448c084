const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines. Works on bytes until a line is complete, so that a character split across chunks stays
 * whole, and joins the parts of a line once, so that a line of many chunks costs no more than its length.
 */
export class LineSplitter {
  #partial: Buffer[] = [];

  /** Whether the stream would end in the middle of a line now. */
  get incomplete(): boolean {
    return this.#partial.length > 0;
  }

  /** Takes the next chunk and gives the lines that it completes, without their newlines; empty lines are left out. */
  *push(chunk: Buffer): Iterable<string> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#join(chunk.subarray(start, end));
      start = end + 1;
      if (line !== '') yield line;
    }
    if (start < chunk.length) this.#partial.push(chunk.subarray(start));
  }

  #join(last: Buffer): string {
    if (this.#partial.length === 0) return last.toString('utf8');
    const line = Buffer.concat([...this.#partial, last]).toString('utf8');
    this.#partial = [];
    return line;
  }
}

/** One line of a watch, not yet judged. */
export interface RawWatchEvent {
  readonly type: string;
  readonly object: object;
}

/**
 * Reads one line of a watch.
 * @returns undefined when it is no watch event
 */
export function parseWatchLine(line: string): RawWatchEvent | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || !('type' in parsed) || !('object' in parsed)) return undefined;
  const { type, object } = parsed;
  return typeof type === 'string' && typeof object === 'object' && object !== null ? { type, object } : undefined;
}
