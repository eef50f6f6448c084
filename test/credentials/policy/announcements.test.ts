import { expect } from 'chai';
import type { ConditionStatus, RegistryCredentialPolicyStatus } from '../../../src/api/generated.ts';
import { adoption, announcements } from '../../../src/credentials/policy/announcements.ts';
import { table } from '../../table.ts';

type Status = RegistryCredentialPolicyStatus;

/** Reads `True Synced`; `-` for a condition that is not there yet. */
function status(type: 'Ready' | 'CredentialsResolved', cell: string): Status {
  if (cell === '-') return {};
  const [text, reason = ''] = cell.split(' ');
  const now: ConditionStatus = text === 'True' || text === 'False' ? text : 'Unknown';
  return { conditions: [{ type, status: now, reason, message: 'why', lastTransitionTime: 't' }] };
}

const told = (before: Status, after: Status): string =>
  announcements(before, after)
    .map(({ type, reason }) => `${type} ${reason}`)
    .join(', ') || '-';

describe('announcements', () => {
  const ready = table(
    'before                  | Ready                        | Event',
    '-                       | False Progressing            | -',
    '-                       | True Synced                  | Normal Synced',
    'False Progressing       | True Synced                  | Normal Synced',
    'True Synced             | True Synced                  | -',
    'True Synced             | False Progressing            | -',
    'True Synced             | False NamespacesFailing      | Warning NamespacesFailing',
    'False NamespacesFailing | False NamespacesFailing      | -',
    'False NamespacesFailing | True Synced                  | Normal Synced',
    'True Synced             | False Forbidden              | Warning Forbidden',
    'True Synced             | False CredentialsNotResolved | -',
    'False Progressing       | True Observing               | Normal Observing',
    'True Synced             | -                            | -',
  );
  for (const row of ready) {
    it(row.title, () => {
      expect(told(status('Ready', row.before), status('Ready', row.Ready))).to.equal(row.Event);
    });
  }

  const resolved = table(
    'before               | CredentialsResolved    | Event',
    '-                    | True Resolved          | -',
    '-                    | False SecretNotFound   | Warning SecretNotFound',
    'Unknown Progressing  | True Resolved          | -',
    'True Resolved        | False SecretInvalid    | Warning SecretInvalid',
    'False SecretInvalid  | False SecretInvalid    | -',
    'False SecretNotFound | False SecretInvalid    | Warning SecretInvalid',
    'False SecretInvalid  | True Resolved          | Normal Resolved',
    'False SecretInvalid  | True DuplicateRegistry | Normal Resolved',
  );
  for (const row of resolved) {
    it(row.title, () => {
      const [before, after] = [row.before, row.CredentialsResolved].map((cell) => status('CredentialsResolved', cell));
      expect(told(before ?? {}, after ?? {})).to.equal(row.Event);
    });
  }

  it('tell of a rotation once, with the registries that rotated', () => {
    const credential = (registry: string, rotatedAt: string) => ({ registry, source: 'rco/docker-hub', rotatedAt });
    const after: Status = {
      lastRotation: 't2',
      credentials: [credential('quay.io', 't1'), credential('ghcr.io', 't2')],
    };
    expect(announcements({ lastRotation: 't1' }, after)).to.deep.equal([
      { type: 'Normal', reason: 'Rotated', message: 'the source of ghcr.io changed; its copies follow' },
    ]);
    expect(announcements(after, after)).to.deep.equal([]);
  });
});

describe('the announcement of an adoption', () => {
  it('names the registries that the Secret lost', () => {
    expect(adoption('team', 'copy', ['quay.io', 'ghcr.io']).message)
      .to.include('team/copy')
      .and.include('quay.io, ghcr.io');
    expect(adoption('team', 'copy', []).message).to.include('no other registry');
  });

  for (const key of ['https://them:s3cret@quay.io/v2/', 'them:s3cret@quay.io/v2/', 'them:s3@cret@quay.io/v2/'])
    it(`keeps a login in a key to itself: ${key}`, () => {
      const { message } = adoption('team', 'copy', [key]);
      expect(message)
        .to.include('quay.io/v2/')
        .and.not.match(/them:|s3/);
    });
});
