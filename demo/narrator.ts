import { elapsed } from '../test/cluster/log.ts';

/** Writes whole text to a person's terminal. */
export type Print = (text: string) => void;

const INDENT = '      ';

/** Tells the steps: one line each when it is over, and below it what was seen in it. */
export class Narrator {
  readonly #print: Print;
  #seen: string[] = [];

  constructor(print: Print) {
    this.#print = print;
  }

  /** Keeps text, of one line or more, for the step under way. */
  note(text: string): void {
    this.#seen.push(...text.trimEnd().split('\n'));
  }

  /** @param milliseconds that the step took @param remark what came of it, in a few words */
  done(title: string, milliseconds: number, remark: string | undefined): void {
    this.#tell('✓', title, milliseconds, remark);
  }

  failed(title: string, milliseconds: number, reason: string): void {
    this.#tell('✗', title, milliseconds, reason);
  }

  /** Text that belongs to no step. */
  say(text: string): void {
    this.#print(`${text}\n`);
  }

  #tell(mark: string, title: string, milliseconds: number, remark: string | undefined): void {
    const ending = remark === undefined ? '' : `: ${remark}`;
    const lines = [`${mark} ${title}${ending} (${elapsed(milliseconds)})`, ...this.#seen.map((line) => INDENT + line)];
    this.#seen = [];
    this.#print(`${lines.map((line) => line.trimEnd()).join('\n')}\n`);
  }
}
