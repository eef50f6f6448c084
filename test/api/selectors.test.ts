import { expect } from 'chai';
import fc from 'fast-check';
import type { LabelSelector } from '../../src/api/generated.ts';
import { matchesAnyGlob, matchesGlob, matchesLabels } from '../../src/api/selectors.ts';
import { items, table } from '../table.ts';

/** Reads `a=1 b`. */
const labels = (cell: string): Record<string, string> =>
  Object.fromEntries(items(cell).map((item): [string, string] => [item.split('=')[0] ?? '', item.split('=')[1] ?? '']));

const selectors: Readonly<Record<string, LabelSelector | undefined>> = {
  none: undefined,
  empty: {},
  'a=1': { matchLabels: { a: '1' } },
  'a=1,b=2': { matchLabels: { a: '1', b: '2' } },
  'a in 1,2': { matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '2'] }] },
  'a not in 1': { matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] },
  'a exists': { matchExpressions: [{ key: 'a', operator: 'Exists' }] },
  'a is absent': { matchExpressions: [{ key: 'a', operator: 'DoesNotExist' }] },
  'a=1 and b exists': { matchLabels: { a: '1' }, matchExpressions: [{ key: 'b', operator: 'Exists' }] },
  'constructor exists': { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
  'constructor is absent': { matchExpressions: [{ key: 'constructor', operator: 'DoesNotExist' }] },
};

describe('matchesLabels', () => {
  const cases = table(
    'selector              | labels        | matches',
    'none                  | -             | yes',
    'empty                 | a=1           | yes',
    'a=1                   | a=1 b=2       | yes',
    'a=1                   | a=2           | no',
    'a=1                   | -             | no',
    'a=1,b=2               | a=1           | no',
    'a in 1,2              | a=2           | yes',
    'a in 1,2              | a=3           | no',
    'a in 1,2              | -             | no',
    'a not in 1            | a=2           | yes',
    'a not in 1            | a=1           | no',
    'a not in 1            | -             | yes',
    'a exists              | a             | yes',
    'a exists              | b=1           | no',
    'a is absent           | b=1           | yes',
    'a is absent           | a=1           | no',
    'a=1 and b exists      | a=1 b         | yes',
    'a=1 and b exists      | a=1           | no',
    // Every object has something under this name; it is a valid label key all the same.
    'constructor exists    | -             | no',
    'constructor is absent | -             | yes',
    'constructor exists    | constructor=1 | yes',
  );
  for (const row of cases) {
    it(row.title, () => {
      expect(selectors).to.have.property(row.selector);
      expect(matchesLabels(selectors[row.selector], labels(row.labels))).to.equal(row.matches === 'yes');
    });
  }

  it('takes absent labels for none', () => {
    expect(matchesLabels({ matchLabels: { a: '1' } }, undefined)).to.equal(false);
  });
});

describe('matchesGlob', () => {
  const cases = table(
    'glob    | text        | matches',
    'team    | team        | yes',
    'team    | team-a      | no',
    'team    | my-team     | no',
    'team-*  | team-a      | yes',
    'team-*  | team-       | yes',
    'team-*  | team        | no',
    '*       | anything    | yes',
    '*-dev   | team-dev    | yes',
    '*-dev   | team-dev-a  | no',
    'a*b*c   | axxbyyc     | yes',
    'a*b*c   | abbc        | yes',
    'a*b*c   | acb         | no',
    '**      | x           | yes',
    'a**     | a           | yes',
    // Only the star means something.
    'a.c     | abc         | no',
    'a?c     | abc         | no',
    '[ab]    | a           | no',
  );
  for (const { title, glob, text, matches } of cases) {
    it(title, () => {
      expect(matchesGlob(glob, text)).to.equal(matches === 'yes');
    });
  }

  it('matches the empty text with nothing but stars', () => {
    expect([matchesGlob('', ''), matchesGlob('*', ''), matchesGlob('a', ''), matchesGlob('', 'a')]).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });

  it('agrees with the regular expression of the same meaning', () => {
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(glob, text, (pattern, subject) => {
        expect(matchesGlob(pattern, subject)).to.equal(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(subject));
      }),
    );
  });

  it('ends soon on globs that make others backtrack for ever', () => {
    expect(matchesGlob(`${'*a'.repeat(30)}b`, 'a'.repeat(5_000))).to.equal(false);
  });
});

describe('matchesAnyGlob', () => {
  it('wants one of them', () => {
    expect(matchesAnyGlob(['x', 'team-*'], 'team-a')).to.equal(true);
    expect(matchesAnyGlob(['x', 'y'], 'team-a')).to.equal(false);
    expect(matchesAnyGlob([], 'team-a')).to.equal(false);
  });
});
