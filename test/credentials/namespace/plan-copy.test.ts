import { expect } from 'chai';
import { policyName, secretName } from '../../../src/api/keys.ts';
import { type Contributor, type DesiredCopy, desiredCopy } from '../../../src/credentials/namespace/desired.ts';
import { type CopyStep, planCopy, planDeparture } from '../../../src/credentials/namespace/plan-copy.ts';
import { MAX_SECRET_BYTES } from '../../../src/credentials/sources/resolve.ts';
import { ownershipOf } from '../../../src/credentials/namespace/situation.ts';
import type { CopyEntry } from '../../../src/credentials/slim.ts';
import {
  CONTRIBUTORS_ANNOTATION,
  DOCKER_CONFIG_JSON_KEY,
  MANAGED_BY_LABEL,
  MANAGED_BY_VALUE,
  OWNED_METADATA_ANNOTATION,
  RETAINED_ANNOTATION,
} from '../../../src/names.ts';
import { table } from '../../table.ts';
import { contributor, foreignCopy, marker, ownCopy, policy } from '../build.ts';

function desiredOf(contributors: readonly Contributor[]): DesiredCopy {
  const desired = desiredCopy(contributors);
  if (desired === undefined) throw new Error('they give nothing');
  return desired;
}

const desired = desiredOf([contributor(policy('p'), ['docker.io'])]);
const adopting = desiredOf([contributor(policy('p', { spec: { conflictPolicy: 'Adopt' } }), ['docker.io'])]);
const withMetadata = desiredOf([
  contributor(policy('p', { spec: { secret: { name: 'copy', labels: { team: 'a' }, annotations: { note: 'b' } } } }), [
    'docker.io',
  ]),
]);

/** The copy as it is once `wanted` is written. */
const inPlace = (wanted: DesiredCopy, parts: Partial<CopyEntry> = {}): CopyEntry => {
  const owned = { labels: Object.keys(wanted.labels), annotations: Object.keys(wanted.annotations) };
  const { labels, annotations } = marker(Object.fromEntries(wanted.contributions));
  return foreignCopy({
    contentHash: wanted.contentHash,
    labels: { ...wanted.labels, ...labels },
    annotations: {
      ...wanted.annotations,
      ...annotations,
      ...(owned.labels.length > 0 && { [OWNED_METADATA_ANNOTATION]: JSON.stringify(owned) }),
    },
    ...parts,
  });
};

const plan = (found: CopyEntry | undefined, wanted = desired): CopyStep =>
  planCopy({ name: secretName('copy'), found, ownership: ownershipOf(found, true), desired: wanted });

/** The patch of a step that has one. */
function patchOf(step: CopyStep): Record<string, unknown> {
  if (!('patch' in step)) throw new Error(`${step.kind} patches nothing`);
  return { ...step.patch };
}

describe('planCopy', () => {
  const retained = { [RETAINED_ANNOTATION]: '["p"]' };
  const found: Readonly<Record<string, CopyEntry | undefined>> = {
    nothing: undefined,
    'ours, as desired': inPlace(desired),
    'ours, other content': inPlace(desired, { contentHash: 'old' }),
    'ours, one more key': inPlace(desired, { dataKeys: [DOCKER_CONFIG_JSON_KEY, 'more'] }),
    'ours, other feeders': inPlace(desired, marker({ old: [] })),
    'ours, wrong type': inPlace(desired, { type: 'Opaque' }),
    'ours, immutable': inPlace(desired, { immutable: true }),
    'ours, immutable, old': inPlace(desired, { immutable: true, contentHash: 'old' }),
    'ours, terminating': inPlace(desired, { terminating: true }),
    dockerconfigjson: foreignCopy(),
    'foreign, same content': foreignCopy({ contentHash: desired.contentHash }),
    'foreign, our label': foreignCopy({ labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE } }),
    Opaque: foreignCopy({ type: 'Opaque' }),
    'immutable, foreign': foreignCopy({ immutable: true }),
    'terminating, foreign': foreignCopy({ terminating: true }),
    retained: foreignCopy({ annotations: retained, contentHash: desired.contentHash }),
    'retained, old': foreignCopy({ annotations: retained }),
    'retained, wrong type': foreignCopy({ annotations: retained, type: 'Opaque' }),
    'retained, immutable, old': foreignCopy({ annotations: retained, immutable: true }),
  };
  const cases = table(
    'found                    | conflictPolicy | step',
    'nothing                  | Fail           | create',
    'nothing                  | Adopt          | create',
    'ours, as desired         | Fail           | none',
    'ours, other content      | Fail           | update',
    'ours, one more key       | Fail           | update',
    'ours, other feeders      | Fail           | update',
    'ours, wrong type         | Fail           | replace',
    'ours, immutable          | Fail           | none',
    'ours, immutable, old     | Fail           | replace',
    'ours, terminating        | Fail           | Terminating',
    'dockerconfigjson         | Fail           | Conflict',
    'foreign, same content    | Fail           | Conflict',
    'foreign, our label       | Fail           | Conflict',
    'dockerconfigjson         | Adopt          | adopt',
    'foreign, same content    | Adopt          | adopt',
    'Opaque                   | Fail           | Conflict',
    'Opaque                   | Adopt          | Conflict',
    'immutable, foreign       | Fail           | Conflict',
    'immutable, foreign       | Adopt          | Conflict',
    'terminating, foreign     | Adopt          | Terminating',
    'retained                 | Fail           | update',
    'retained, old            | Fail           | update',
    // Without our marker it may not be deleted.
    'retained, wrong type     | Fail           | Conflict',
    'retained, immutable, old | Fail           | Conflict',
  );
  for (const row of cases) {
    it(row.title, () => {
      expect(found).to.have.property(row.found);
      const step = plan(found[row.found], row.conflictPolicy === 'Adopt' ? adopting : desired);
      expect(step.kind === 'obstacle' ? step.failure.reason : step.kind).to.equal(row.step);
    });
  }

  it('is content with metadata alone to change on an immutable copy', () => {
    expect(plan(inPlace(desired, { immutable: true }), withMetadata).kind).to.equal('update');
  });

  it('sets no timer for an obstacle: the watch tells when it goes', () => {
    const step = plan(foreignCopy());
    expect(step.kind === 'obstacle' && step.failure.retry).to.equal('on-change');
  });

  it('says why it does not adopt', () => {
    const messageFor = (copy: CopyEntry): string => {
      const step = plan(copy, adopting);
      return step.kind === 'obstacle' ? step.failure.message : '';
    };
    expect(messageFor(foreignCopy({ type: 'Opaque' }))).to.include('Opaque');
    expect(messageFor(foreignCopy({ immutable: true }))).to.include('immutable');
  });

  it('refuses more registries than the annotation can record', () => {
    const keys = Array.from({ length: 9_000 }, (_, at) => `registry-${at}.example.com`);
    const step = plan(undefined, { ...desired, contributions: new Map([[policyName('p'), keys]]) });
    expect(step.kind === 'obstacle' && step.failure.reason).to.equal('TooLarge');
  });

  it('refuses more than a Secret holds', () => {
    const step = plan(undefined, { ...desired, bytes: MAX_SECRET_BYTES + 1 });
    expect(step.kind === 'obstacle' && step.failure.reason).to.equal('TooLarge');
    expect(plan(undefined, { ...desired, bytes: MAX_SECRET_BYTES }).kind).to.equal('create');
  });

  it('creates with both halves of the marker and what the policies asked for', () => {
    const step = plan(undefined, withMetadata);
    if (step.kind !== 'create') return expect.fail(step.kind);
    expect(step.body.labels).to.deep.equal({ team: 'a', [MANAGED_BY_LABEL]: MANAGED_BY_VALUE });
    expect(step.body.annotations).to.deep.equal({
      note: 'b',
      [CONTRIBUTORS_ANNOTATION]: '{"p":["docker.io"]}',
      [OWNED_METADATA_ANNOTATION]: '{"labels":["team"],"annotations":["note"]}',
    });
    expect(step.body.content).to.equal(withMetadata.content);
  });
});

describe('the patch of a copy', () => {
  it('changes the content alone where that alone differs, on the version that was read', () => {
    expect(patchOf(plan(inPlace(desired, { contentHash: 'old', resourceVersion: '41' })))).to.deep.equal({
      metadata: { resourceVersion: '41' },
      data: { [DOCKER_CONFIG_JSON_KEY]: desired.content },
    });
  });

  it('takes away data keys that do not belong into a copy', () => {
    const found = inPlace(desired, { dataKeys: [DOCKER_CONFIG_JSON_KEY, 'more'] });
    expect(patchOf(plan(found))['data']).to.deep.equal({ more: null, [DOCKER_CONFIG_JSON_KEY]: desired.content });
  });

  it('leaves labels and annotations of others as they are', () => {
    const { labels, annotations } = marker({ old: [] });
    const found = ownCopy(
      {},
      {
        contentHash: withMetadata.contentHash,
        labels: { ...labels, app: 'x' },
        annotations: { ...annotations, 'argocd.argoproj.io/sync': 'y' },
      },
    );
    const metadata = JSON.stringify(patchOf(plan(found, withMetadata))['metadata']);
    expect(metadata).not.to.include('app"').and.not.to.include('argocd');
  });

  it('takes away what the policies asked for once and do not any more', () => {
    expect(patchOf(plan(inPlace(withMetadata)))).to.deep.equal({
      metadata: {
        resourceVersion: '1',
        labels: { team: null },
        annotations: { note: null, [OWNED_METADATA_ANNOTATION]: null },
      },
    });
  });

  it('forgets a label even where its name is one that every object has', () => {
    const odd = desiredOf([
      contributor(policy('p', { spec: { secret: { name: 'copy', labels: { constructor: 'x' } } } }), ['docker.io']),
    ]);
    expect(plan(inPlace(odd), odd).kind).to.equal('none');
    expect(patchOf(plan(inPlace(odd)))['metadata']).to.deep.include({ labels: { constructor: null } });
  });

  it('repairs a label that somebody changed', () => {
    const found = inPlace(withMetadata);
    const drifted = { ...found, labels: { ...found.labels, team: 'other' } };
    expect(patchOf(plan(drifted, withMetadata))).to.deep.equal({
      metadata: { resourceVersion: '1', labels: { team: 'a' } },
    });
  });

  it('believes no broken record of owned keys', () => {
    for (const broken of ['not json', '[]', '5', 'null', '{"labels":"team"}', '{"labels":[1]}']) {
      const found = inPlace(desired);
      const forged = {
        ...found,
        labels: { ...found.labels, team: 'a' },
        annotations: { ...found.annotations, [OWNED_METADATA_ANNOTATION]: broken },
      };
      expect(patchOf(plan(forged)), broken).to.deep.equal({
        metadata: { resourceVersion: '1', annotations: { [OWNED_METADATA_ANNOTATION]: null } },
      });
    }
  });

  it('marks what is adopted or taken back, and takes the mark of its retirement away', () => {
    const metadata = {
      resourceVersion: '1',
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE },
      annotations: { [CONTRIBUTORS_ANNOTATION]: '{"p":["docker.io"]}' },
    };
    expect(patchOf(plan(foreignCopy({ contentHash: adopting.contentHash }), adopting))).to.deep.equal({ metadata });
    const retained = foreignCopy({ contentHash: desired.contentHash, annotations: { [RETAINED_ANNOTATION]: '["q"]' } });
    expect(patchOf(plan(retained))).to.deep.equal({
      metadata: { ...metadata, annotations: { ...metadata.annotations, [RETAINED_ANNOTATION]: null } },
    });
  });
});

describe('planDeparture', () => {
  const found = ownCopy({ p: ['docker.io'] }, { resourceVersion: '41' });

  it('deletes what nobody wants', () => {
    expect(planDeparture(found, ['p'], false)).to.deep.equal({ kind: 'delete', found });
  });

  it('waits for a finalizer of somebody else', () => {
    const step = planDeparture({ ...found, terminating: true }, ['p'], false);
    expect(step.kind === 'obstacle' && step.failure.reason).to.equal('Terminating');
  });

  it('leaves it without our marker where it is to be retained, and says who left it', () => {
    expect(patchOf(planDeparture(found, ['q', 'p'], true))).to.deep.equal({
      metadata: {
        resourceVersion: '41',
        labels: { [MANAGED_BY_LABEL]: null },
        annotations: { [CONTRIBUTORS_ANNOTATION]: null, [RETAINED_ANNOTATION]: '["p","q"]' },
      },
    });
  });
});
