import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import ts from 'typescript';
import { splitCauses } from '../../../src/pulls/message/causes.ts';
import { mask } from '../../../src/pulls/message/mask.ts';
import { judge } from '../../../src/pulls/message/outcome.ts';
import { redactMessage } from '../../../src/pulls/message/redact-message.ts';
import { tokenise } from '../../../src/pulls/message/tokens.ts';

const SOURCES = new URL('../../../src/pulls/', import.meta.url);

/** A file and all that it imports, directly or not. */
function closure(file: URL, seen = new Map<string, ts.SourceFile>()): ReadonlyMap<string, ts.SourceFile> {
  if (seen.has(file.href)) return seen;
  const source = ts.createSourceFile(file.pathname, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  seen.set(file.href, source);
  for (const statement of source.statements) {
    const module = ts.isImportDeclaration(statement) ? statement.moduleSpecifier : undefined;
    if (module !== undefined && ts.isStringLiteral(module)) closure(new URL(module.text, file), seen);
  }
  return seen;
}

function regularExpressionsIn(source: ts.SourceFile): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node) || (ts.isIdentifier(node) && node.text === 'RegExp'))
      found.push(node.getText(source));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Methods of a text that look at its characters, and how many of them a call looks at. */
const COSTS: Readonly<Record<string, (text: string, found: unknown, from: unknown) => number>> = {
  charAt: () => 1,
  charCodeAt: () => 1,
  startsWith: () => 4,
  indexOf: (text, found, from) =>
    (found === -1 ? text.length : Number(found)) - (typeof from === 'number' ? from : 0) + 1,
  includes: (text) => text.length,
  lastIndexOf: (text) => text.length,
  slice: (_, found) => String(found).length,
  toLowerCase: (text) => text.length,
  split: (text) => text.length,
};

/** Characters looked at while `run` runs. The methods of String are counted and put back. */
function stepsOf(run: () => void): number {
  let steps = 0;
  const originals = Object.entries(COSTS).map(
    ([name, cost]) => [name, Object.getOwnPropertyDescriptor(String.prototype, name), cost] as const,
  );
  for (const [name, original, cost] of originals) {
    const method: unknown = original?.value;
    if (typeof method !== 'function') throw new Error(`String has no ${name}`);
    Object.defineProperty(String.prototype, name, {
      ...original,
      value: function counted(this: string, ...args: unknown[]): unknown {
        const found: unknown = Reflect.apply(method, this, args);
        steps += cost(this, found, args[1]);
        return found;
      },
    });
  }
  try {
    run();
  } finally {
    for (const [name, original] of originals)
      if (original !== undefined) Object.defineProperty(String.prototype, name, original);
  }
  return steps;
}

const classifyAll = (text: string): void => {
  for (const cause of splitCauses(text, mask(tokenise(text), { name: 'ferry', tag: '1' }))) judge(cause);
};

const redactAll = (text: string): void => {
  redactMessage(text);
};

/** Pieces that, repeated, would drive a careless reader back and forth. */
const PIECES = [
  'a',
  '.',
  ':',
  '[',
  '[:',
  ':]',
  '\\',
  '\\n',
  '"',
  'as "',
  "as 'x",
  'code:',
  'http://',
  '429 ',
  'too many ',
  ', failed to ',
  'user=',
  'token ',
  'x@',
  '/?',
  '0x',
  "\\'",
];
const LENGTHS = [65_536, 262_144, 1_048_576];
/** Steps for each character: most characters are looked at by four or five of the passes, some words by more. */
const STEPS_PER_CHARACTER = 40;

describe('the cost of a message', () => {
  it('hangs on no regular expression', () => {
    for (const file of ['message/classify.ts', 'message/redact-message.ts', 'image/keyring.ts']) {
      for (const [name, source] of closure(new URL(file, SOURCES)))
        expect(regularExpressionsIn(source), name).to.deep.equal([]);
    }
  });

  for (const [name, run] of Object.entries({
    classify: classifyAll,
    redactMessage: redactAll,
  })) {
    for (const piece of PIECES) {
      it(`grows as its length, for ${name} of ${JSON.stringify(piece)} again and again`, () => {
        for (const length of LENGTHS) {
          const text = `[${piece.repeat(Math.ceil(length / piece.length))}`;
          expect(
            stepsOf(() => {
              run(text);
            }),
            String(length),
          ).to.be.below(STEPS_PER_CHARACTER * text.length);
        }
      });
    }
  }
});
