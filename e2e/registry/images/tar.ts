const BLOCK = 512;
/** Offset and length of the checksum, which counts as spaces while it is computed. */
const CHECKSUM_AT = 148;
const CHECKSUM_LENGTH = 8;

/** One entry of an archive. Everything belongs to root and has the time 0, so that the same content gives the same bytes. */
export type TarEntry =
  | { readonly type: 'file'; readonly path: string; readonly mode: number; readonly content: Buffer }
  | { readonly type: 'directory'; readonly path: string; readonly mode: number }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string };

const TYPE_FLAGS = { file: '0', symlink: '2', directory: '5' } as const;

/**
 * A POSIX ustar archive.
 * @throws RangeError for a path or target of more than 100 bytes
 */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [header(entry), ...(entry.type === 'file' ? padded(entry.content) : [])]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const text = (value: string, at: number, length: number): void => {
    if (Buffer.byteLength(value) > length) throw new RangeError(`too long for a tar header: ${value}`);
    block.write(value, at);
  };
  /** Octal digits, closed by a NUL. */
  const number = (value: number, at: number, length: number): void => {
    text(value.toString(8).padStart(length - 1, '0'), at, length);
  };
  text(entry.path, 0, 100);
  number(entry.type === 'symlink' ? 0o777 : entry.mode, 100, 8);
  number(0, 108, 8);
  number(0, 116, 8);
  number(entry.type === 'file' ? entry.content.length : 0, 124, 12);
  number(0, 136, 12);
  text(TYPE_FLAGS[entry.type], 156, 1);
  if (entry.type === 'symlink') text(entry.target, 157, 100);
  text('ustar\u000000', 257, 8);
  block.fill(' ', CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_LENGTH);
  const sum = block.reduce((total, byte) => total + byte, 0);
  text(`${sum.toString(8).padStart(6, '0')}\u0000 `, CHECKSUM_AT, CHECKSUM_LENGTH);
  return block;
}

/** The content, filled up with zeros to whole blocks. */
function padded(content: Buffer): Buffer[] {
  return [content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
}
