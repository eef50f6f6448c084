import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const ROOT = join(import.meta.dirname, '../..');

/** The unions of reasons in the source, by file. */
const UNIONS = [
  ['src/credentials/policy/findings.ts', 'ReadyReason'],
  ['src/credentials/sources/resolve.ts', 'ResolveReason'],
  ['src/credentials/namespace/outcome.ts', 'FailureReason'],
  ['src/pulls/report/pull-findings.ts', 'RateLimitReason'],
] as const;

/** Reasons that are said in one place only. */
const SINGLE = ['Resolved', 'DuplicateRegistry', 'OlderPolicy', 'NotShadowed', 'Refused', 'NoRecentRefusal'];

function membersOf(file: string, type: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const declaration = new RegExp(`(?:export )?type ${type} =([^;]+);`).exec(source)?.[1] ?? '';
  return [...declaration.matchAll(/'([A-Za-z]+)'/g)].map(([, member = '']) => member);
}

describe('docs/troubleshooting.md', () => {
  const page = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8');

  for (const [file, type] of UNIONS) {
    const members = membersOf(file, type);
    it(`knows ${type}`, () => {
      expect(members).not.to.be.empty;
    });
    for (const member of members) {
      it(`tells of ${type} ${member}`, () => {
        expect(page).to.contain(`\`${member}\``);
      });
    }
  }

  for (const reason of SINGLE) {
    it(`tells of ${reason}`, () => {
      expect(page).to.contain(`\`${reason}\``);
    });
  }

  for (const cause of membersOf('src/pulls/report/unreached.ts', 'UnreachedCause')) {
    it(`leaves the cause ${cause} to docs/rate-limits.md, which tells of it`, () => {
      expect(readFileSync(join(ROOT, 'docs/rate-limits.md'), 'utf8')).to.contain(`\`${cause}\``);
    });
  }

  it('tells of every reason that findings are made with', () => {
    const sources = ['src/credentials/policy/findings.ts', 'src/pulls/report/pull-findings.ts'];
    const said = sources.flatMap((file) => [
      ...readFileSync(join(ROOT, file), 'utf8').matchAll(/reason: '([A-Za-z]+)'/g),
    ]);
    for (const [, reason = ''] of said) expect(page).to.contain(`\`${reason}\``);
  });
});
