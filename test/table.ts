type Trim<Text extends string> = Text extends ` ${infer Rest}` | `${infer Rest} ` ? Trim<Rest> : Text;
type Columns<Header extends string> = Header extends `${infer First}|${infer Rest}`
  ? Trim<First> | Columns<Rest>
  : Trim<Header>;

/** One row of a table: its cells by column, and the whole of it as the name of a test. */
export type Row<Header extends string> = Readonly<Record<Columns<Header> | 'title', string>>;

/**
 * Reads a table of cells set apart by `|`, so that a rule's cases stand under one another.
 * @throws Error for a row that has more or fewer cells than the header
 */
export function table<const Header extends string>(
  header: Header,
  ...lines: readonly string[]
): readonly Row<Header>[] {
  const columns = cellsOf(header);
  return lines.map((line) => {
    const cells = cellsOf(line);
    if (cells.length !== columns.length) throw new Error(`${columns.join(' | ')} does not fit: ${line}`);
    const row: unknown = Object.fromEntries([
      ['title', cells.join(' | ')],
      ...columns.map((name, at) => [name, cells[at]]),
    ]);
    return row as Row<Header>;
  });
}

const cellsOf = (line: string): string[] => line.split('|').map((cell) => cell.trim());

/** Items of one cell; `-` stands for none. */
export const items = (cell: string): string[] => (cell === '-' ? [] : cell.split(/[ ,]+/));
