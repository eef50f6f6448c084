import { expect } from 'chai';
import fc from 'fast-check';
import { policyName } from '../../src/api/keys.ts';
import {
  hasMarker,
  isRetained,
  readContributions,
  readNames,
  writeContributions,
  writeNames,
} from '../../src/credentials/ownership.ts';
import { ownershipOf } from '../../src/credentials/namespace/situation.ts';
import {
  CONTRIBUTORS_ANNOTATION,
  MANAGED_BY_LABEL,
  MANAGED_BY_VALUE,
  PULL_SECRETS_ANNOTATION,
  RETAINED_ANNOTATION,
} from '../../src/names.ts';
import { table } from '../table.ts';
import { foreignCopy } from './build.ts';

/** @param label value of the label @param contributors value of the annotation; `-` for none */
const metadata = (label: string, contributors: string, retained = '-') => ({
  labels: label === '-' ? {} : { [MANAGED_BY_LABEL]: label },
  annotations: {
    ...(contributors !== '-' && { [CONTRIBUTORS_ANNOTATION]: contributors }),
    ...(retained !== '-' && { [RETAINED_ANNOTATION]: retained }),
  },
});

describe('hasMarker', () => {
  const cases = table(
    'label | contributors        | ours',
    'ours  | {"p":["docker.io"]} | yes',
    'ours  | {}                  | yes',
    'ours  | -                   | no',
    '-     | {"p":["docker.io"]} | no',
    'Helm  | {"p":["docker.io"]} | no',
    'ours  | not json            | no',
    'ours  | ["p"]               | no',
    'ours  | "p"                 | no',
    'ours  | null                | no',
    'ours  | {"p":"docker.io"}   | no',
    'ours  | {"p":[1]}           | no',
  );
  for (const { title, label, contributors, ours } of cases) {
    it(title, () => {
      const found = metadata(label === 'ours' ? MANAGED_BY_VALUE : label, contributors);
      expect(hasMarker(found)).to.equal(ours === 'yes');
    });
  }

  it('is not there where there is no metadata at all', () => {
    expect(hasMarker({})).to.equal(false);
    expect(isRetained({})).to.equal(false);
  });
});

describe('ownershipOf', () => {
  const cases = table(
    'found    | name in a status | ownership',
    'nothing  | yes              | absent',
    'nothing  | no               | absent',
    'marked   | yes              | ours',
    'marked   | no               | foreign',
    'retained | yes              | retained',
    'retained | no               | foreign',
    'both     | yes              | ours',
    'label    | yes              | foreign',
    'plain    | yes              | foreign',
  );
  const forms = {
    marked: metadata(MANAGED_BY_VALUE, '{}'),
    retained: metadata('-', '-', '["p"]'),
    both: metadata(MANAGED_BY_VALUE, '{}', '["p"]'),
    label: metadata(MANAGED_BY_VALUE, '-'),
    plain: metadata('-', '-'),
  };
  for (const row of cases) {
    it(row.title, () => {
      const form = Object.entries(forms).find(([name]) => name === row.found)?.[1];
      const found = form === undefined ? undefined : foreignCopy(form);
      expect(ownershipOf(found, row['name in a status'] === 'yes')).to.equal(row.ownership);
    });
  }
});

describe('the record of contributors', () => {
  it('reads the same in whatever order it was made', () => {
    const [a, b] = [policyName('a'), policyName('b')];
    const one = new Map([
      [b, ['z.io', 'y.io']],
      [a, []],
    ]);
    const other = new Map([
      [a, []],
      [b, ['y.io', 'z.io']],
    ]);
    expect(writeContributions(one)).to.equal('{"a":[],"b":["y.io","z.io"]}').and.equal(writeContributions(other));
  });

  it('is read back as it was written', () => {
    const record = fc.dictionary(fc.string(), fc.uniqueArray(fc.string()));
    fc.assert(
      fc.property(record, (byPolicy) => {
        const written = new Map(Object.entries(byPolicy).map(([name, keys]) => [policyName(name), keys]));
        const read = readContributions({ annotations: { [CONTRIBUTORS_ANNOTATION]: writeContributions(written) } });
        expect(new Set(read?.keys())).to.deep.equal(new Set(written.keys()));
        for (const [name, keys] of written) expect(read?.get(name)).to.have.members(keys);
      }),
    );
  });
});

describe('names on a ServiceAccount', () => {
  const cases = table(
    'annotation   | names',
    '["b","a"]    | b a',
    '[]           | -',
    '-            | -',
    'registry     | -',
    '{"a":true}   | -',
    '["a",1]      | -',
    'null         | -',
    // Pretty-printed by somebody.
    '[ "b", "a" ] | b a',
    // The guard could not find these, and would refuse for ever to have their entries removed.
    String.raw`["\u0061"]   | -`,
    '["A","b"]    | b',
  );
  for (const { title, annotation, names } of cases) {
    it(title, () => {
      const annotations = annotation === '-' ? {} : { [PULL_SECRETS_ANNOTATION]: annotation };
      expect(readNames({ annotations }, PULL_SECRETS_ANNOTATION).join(' ') || '-').to.equal(names);
    });
  }

  it('are written sorted and once each; none of them is no annotation', () => {
    expect(writeNames(['b', 'a', 'b'])).to.equal('["a","b"]');
    expect(writeNames([])).to.equal(null);
  });
});
