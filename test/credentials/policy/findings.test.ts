import { expect } from 'chai';
import fc from 'fast-check';
import type { Finding } from '../../../src/api/conditions.ts';
import { namespaceName, secretName, sourceKey } from '../../../src/api/keys.ts';
import { findings } from '../../../src/credentials/policy/findings.ts';
import { count } from '../../../src/credentials/policy/counts.ts';
import type { Remnant, StatusInput } from '../../../src/credentials/policy/status-input.ts';
import type { Outcome } from '../../../src/credentials/tally.ts';
import { items, table } from '../../table.ts';
import { entry, fault, policy, resolution } from '../build.ts';
import { failed, outcome, statusInput } from '../status-input.ts';

const found = (input: StatusInput, type: Finding['type']): Finding | undefined =>
  findings(input, count(input)).find((finding) => finding.type === type);

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  synced: outcome('synced'),
  pending: outcome('pending'),
  observed: outcome('observed'),
  outdated: outcome('synced', { version: 'before' }),
  Conflict: outcome(failed('Conflict')),
  Contended: outcome(failed('Contended')),
  Forbidden: outcome(failed('Forbidden')),
  Rejected: outcome(failed('Rejected')),
  Terminating: outcome(failed('Terminating')),
  TooLarge: outcome(failed('TooLarge')),
  ServerError: outcome(failed('ServerError')),
};
const namespaces = (cell: string) =>
  Object.fromEntries(items(cell).map((each, index) => [`n${index.toString()}`, OUTCOMES[each]]));

const remnant: Remnant = { namespace: namespaceName('n0'), kind: 'Secret', name: 'copy' };

/** Reads words such as `observes`, `deleted`, `broken`. */
function situationOf(cell: string): Partial<StatusInput> {
  const words = items(cell);
  const has = (word: string): boolean => words.includes(word);
  return {
    policy: policy('p', { spec: { mode: has('observes') ? 'Observe' : 'Enforce' }, deleting: has('deleted') }),
    resolution: resolution(has('broken') || has('unread') ? [] : [entry('docker.io')], {
      faults: has('broken') ? [fault] : [],
      pending: has('unread'),
    }),
    forbidden: has('forbidden') ? [secretName('copy')] : [],
    remnants: has('remnant') ? [remnant] : [],
    unknown: has('unknown') ? [secretName('copy')] : [],
  };
}

describe('the verdict on a policy', () => {
  const cases = table(
    'it is               | namespaces           | Ready | Reconciling | Stalled | reason',
    '-                   | -                    | True  | False       | False   | Synced',
    '-                   | synced synced        | True  | False       | False   | Synced',
    '-                   | synced unseen        | False | True        | False   | Progressing',
    '-                   | synced pending       | False | True        | False   | Progressing',
    '-                   | synced outdated      | False | True        | False   | Progressing',
    '-                   | Conflict pending     | False | True        | False   | Progressing',
    // A person must act.
    '-                   | synced Conflict      | False | False       | True    | NamespacesFailing',
    '-                   | Forbidden            | False | False       | True    | NamespacesFailing',
    '-                   | Rejected             | False | False       | True    | NamespacesFailing',
    '-                   | Contended            | False | False       | True    | NamespacesFailing',
    '-                   | Terminating          | False | False       | True    | NamespacesFailing',
    '-                   | TooLarge             | False | False       | True    | NamespacesFailing',
    '-                   | ServerError Conflict | False | False       | True    | NamespacesFailing',
    // It goes away by itself.
    '-                   | synced ServerError   | False | True        | False   | NamespacesFailing',
    // Sources come first, copies stay.
    'broken              | synced               | False | False       | True    | CredentialsNotResolved',
    'broken              | Conflict             | False | False       | True    | CredentialsNotResolved',
    'unread              | unseen               | False | True        | False   | Progressing',
    'forbidden           | synced               | False | False       | True    | Forbidden',
    'forbidden broken    | unseen               | False | False       | True    | Forbidden',
    // GitOps tools must not wait for ever.
    'observes            | observed observed    | True  | False       | False   | Observing',
    'observes            | -                    | True  | False       | False   | Observing',
    'observes            | observed unseen      | False | True        | False   | Progressing',
    'observes broken     | observed             | False | False       | True    | CredentialsNotResolved',
    // It says what it waits for.
    'deleted             | -                    | False | True        | False   | Progressing',
    'deleted broken      | -                    | False | True        | False   | Progressing',
    'deleted remnant     | -                    | False | True        | False   | Progressing',
    'deleted unknown     | -                    | False | False       | True    | Progressing',
  );
  for (const row of cases) {
    it(row.title, () => {
      const input = statusInput(namespaces(row.namespaces), situationOf(row['it is']));
      for (const type of ['Ready', 'Reconciling', 'Stalled'] as const)
        expect(found(input, type)).to.include({ status: row[type], reason: row.reason });
    });
  }

  it('never says that work is under way and that a person must act, and says one of the three', () => {
    const cell = (words: readonly string[]) => fc.subarray([...words]).map((some) => some.join(' ') || '-');
    const facts = cell(['observes', 'deleted', 'broken', 'unread', 'forbidden', 'remnant', 'unknown']);
    fc.assert(
      fc.property(facts, cell([...Object.keys(OUTCOMES), 'unseen']), (what, where) => {
        const input = statusInput(namespaces(where), situationOf(what));
        const holds = (['Ready', 'Reconciling', 'Stalled'] as const).filter(
          (type) => found(input, type)?.status === 'True',
        );
        expect(holds).to.have.lengthOf(1);
      }),
    );
  });
});

describe('what the verdict says', () => {
  const message = (input: StatusInput): string => found(input, 'Ready')?.message ?? '';

  it('counts the namespaces', () => {
    expect(message(statusInput(namespaces('synced')))).to.equal('1 namespace in sync');
    expect(message(statusInput(namespaces('synced pending unseen')))).to.equal('1 of 3 namespaces in sync');
  });

  it('names the first namespace that fails, with the reason', () => {
    expect(message(statusInput(namespaces('synced Conflict Rejected')))).to.equal(
      '2 of 3 namespaces failing, first n1: Conflict: because of Conflict',
    );
  });

  it('says beside the verdict which namespace that matches no longer cannot be left', () => {
    const input = statusInput(namespaces('synced'));
    const leaving = outcome(failed('Terminating', 'held by a finalizer'), { version: '' });
    const left = { ...input, outcomes: new Map([...input.outcomes, [namespaceName('old'), leaving]]) };
    expect(found(left, 'Ready')?.status).to.equal('True');
    expect(message(left)).to.equal(
      '1 namespace in sync; 1 namespace to be left cannot be, first old: Terminating: held by a finalizer',
    );
  });

  it('tells how to allow a Secret name', () => {
    const input = statusInput({}, situationOf('forbidden'));
    expect(message(input)).to.include('kubectl patch clusterrole').and.include('"value":"copy"');
    expect(message(statusInput({}, situationOf('deleted unknown')))).to.include('kubectl patch clusterrole');
  });

  it('says that copies stay where a source is broken', () => {
    expect(message(statusInput({}, situationOf('broken'))))
      .to.include('does not exist')
      .and.include('stay as they are');
  });

  it('says what the end waits for, and what keeps it', () => {
    const input = statusInput({}, situationOf('deleted remnant'));
    expect(message(input)).to.equal('being deleted; waits for 1 object, first Secret n0/copy');
    const leaving = outcome(failed('Terminating', 'held by a finalizer'), { version: '' });
    const stuck = { ...input, outcomes: new Map([[namespaceName('n0'), leaving]]) };
    expect(found(stuck, 'Stalled')?.status).to.equal('True');
    expect(message(stuck)).to.include('held by a finalizer').and.include('deletionPolicy: Retain');
  });

  it('names four broken sources at most', () => {
    const faults = [1, 2, 3, 4, 5, 6].map((number) => ({ ...fault, message: `fault ${number.toString()}` }));
    const text = message(statusInput({}, { resolution: resolution([], { faults }) }));
    expect(text).to.include('fault 4; and 2 more').and.not.include('fault 5');
  });
});

describe('CredentialsResolved', () => {
  const resolved = (parts: Parameters<typeof resolution>[1]) =>
    found(statusInput({}, { resolution: resolution([entry('docker.io')], parts) }), 'CredentialsResolved');

  it('is True with sources in order', () => {
    expect(resolved({})).to.include({ status: 'True', reason: 'Resolved', message: 'credentials for 1 registry' });
  });

  it('is Unknown while they are read', () => {
    expect(resolved({ pending: true })?.status).to.equal('Unknown');
  });

  it('stays True where a registry is named twice', () => {
    const finding = resolved({ duplicates: ['quay.io'] });
    expect(finding).to.include({ status: 'True', reason: 'DuplicateRegistry' });
    expect(finding?.message).to.include('quay.io');
  });

  it('says which key is dead', () => {
    expect(resolved({ deadKeys: ['the key x is dead'] })).to.include({ status: 'True', reason: 'Resolved' });
    expect(resolved({ deadKeys: ['the key x is dead'] })?.message).to.include('the key x is dead');
  });

  for (const reason of [
    'SecretNotFound',
    'SecretInvalid',
    'SecretTypeUnsupported',
    'NamespaceNotAllowed',
    'Forbidden',
  ] as const) {
    it(`is False with reason ${reason}`, () => {
      expect(resolved({ faults: [{ source: sourceKey('rco', 'x'), reason, message: 'm' }] })).to.include({
        status: 'False',
        reason,
        message: 'm',
      });
    });
  }
});

describe('CredentialsShadowed', () => {
  it('is True with the namespaces counted and the registries named, and Ready stays', () => {
    const shadowed = outcome('synced', { shadowed: ['index.docker.io'] });
    const input = statusInput({ a: shadowed, b: shadowed, c: outcome('synced') });
    const finding = found(input, 'CredentialsShadowed');
    expect(finding).to.include({ status: 'True', reason: 'OlderPolicy' });
    expect(finding?.message).to.include('2 namespaces').and.include('index.docker.io');
    expect(found(input, 'Ready')?.status).to.equal('True');
  });

  it('is False where nothing is shadowed now', () => {
    const outdated = outcome('synced', { shadowed: ['quay.io'], version: 'before' });
    expect(found(statusInput({ a: outdated }), 'CredentialsShadowed')).to.include({
      status: 'False',
      reason: 'NotShadowed',
    });
  });
});
