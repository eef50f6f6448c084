import { expect } from 'chai';
import { policyName, sourceKey } from '../../../src/api/keys.ts';
import type { ResolvedEntry } from '../../../src/credentials/sources/resolve.ts';
import { type ContentChanged, credentialStatuses } from '../../../src/credentials/policy/rotation.ts';
import { RotationMemory } from '../../../src/credentials/policy/rotation-memory.ts';
import { table } from '../../table.ts';
import { entry, fault, policy, resolution } from '../build.ts';

const NOW = '2026-02-01T00:00:00Z';
const BEFORE = '2026-01-05T00:00:00Z';
const OLD = { registry: 'index.docker.io', source: 'rco/docker-hub', sourceResourceVersion: '7', rotatedAt: BEFORE };

const statusesOf = (entries: readonly ResolvedEntry[], changed: ReturnType<ContentChanged>, before = [OLD]) =>
  credentialStatuses(policy('p', { status: { credentials: before } }), resolution(entries), () => changed, NOW);

describe('rotatedAt', () => {
  const cases = table(
    'reported before | resourceVersion | content | rotatedAt',
    'yes             | same            | unknown | before',
    'yes             | new             | changed | now',
    'yes             | new             | same    | before',
    // After a start nothing is remembered: a new version is taken for a rotation.
    'yes             | new             | unknown | now',
    'no              | new             | unknown | -',
    'no              | new             | changed | -',
    'of another source | new           | changed | -',
  );
  for (const row of cases) {
    it(row.title, () => {
      const reported = row['reported before'];
      const before = reported === 'no' ? [] : [{ ...OLD, ...(reported !== 'yes' && { source: 'rco/other' }) }];
      const now = { ...entry('docker.io'), sourceResourceVersion: row.resourceVersion === 'new' ? '8' : '7' };
      const changed = row.content === 'changed' || row.content === 'same' ? row.content : 'unknown';
      const expected = { before: BEFORE, now: NOW }[row.rotatedAt];
      expect(statusesOf([now], changed, before)[0]?.rotatedAt).to.equal(expected);
    });
  }
});

describe('status.credentials', () => {
  it('is sorted, and holds where each came from and nothing of what it is', () => {
    expect(statusesOf([entry('quay.io', 'a:b'), entry('docker.io', 'a:b')], 'unknown', [])).to.deep.equal([
      { registry: 'index.docker.io', source: 'rco/docker-hub', sourceResourceVersion: '7' },
      { registry: 'quay.io', source: 'rco/docker-hub', sourceResourceVersion: '7' },
    ]);
  });

  it('stays as it was while sources are broken or not read yet', () => {
    const p = policy('p', { status: { credentials: [OLD] } });
    for (const parts of [{ faults: [fault] }, { pending: true }])
      expect(credentialStatuses(p, resolution([], parts), () => 'unknown', NOW)).to.deep.equal([OLD]);
  });
});

describe('RotationMemory', () => {
  const p = policyName('p');
  const one = entry('docker.io', 'user:one');
  const remembering = (): RotationMemory => {
    const memory = new RotationMemory();
    memory.remember(p, resolution([one]));
    return memory;
  };

  it('knows whether the content behind a registry is another', () => {
    const memory = remembering();
    expect(memory.compare(p, one)).to.equal('same');
    expect(memory.compare(p, { ...one, sourceResourceVersion: '99' })).to.equal('same');
    expect(memory.compare(p, entry('docker.io', 'user:two'))).to.equal('changed');
    expect(memory.compare(p, entry('quay.io'))).to.equal('unknown');
    expect(memory.compare(policyName('q'), one)).to.equal('unknown');
  });

  it('takes the same fields in another order for the same', () => {
    const memory = new RotationMemory();
    memory.remember(p, resolution([{ ...one, fields: { a: 1, b: 2 } }]));
    expect(memory.compare(p, { ...one, fields: { b: 2, a: 1 } })).to.equal('same');
  });

  it('does not take in a resolution that is broken or unread', () => {
    const memory = remembering();
    memory.remember(p, resolution([], { faults: [fault] }));
    memory.remember(p, resolution([], { pending: true }));
    expect(memory.compare(p, one)).to.equal('same');
  });

  it('forgets a policy', () => {
    const memory = remembering();
    memory.forget(p);
    expect(memory.compare(p, one)).to.equal('unknown');
  });

  it('sees a source that moves from one policy entry to another as the same content', () => {
    expect(remembering().compare(p, { ...one, source: sourceKey('rco', 'other') })).to.equal('same');
  });
});
