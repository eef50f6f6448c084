import { expect } from 'chai';
import { policyName } from '../../../src/api/keys.ts';
import type { Coverage } from '../../../src/pulls/coverage/coverage.ts';
import type { PodEntry } from '../../../src/pulls/pods/pod.ts';
import { whyUnreached } from '../../../src/pulls/report/unreached.ts';
import { items, table } from '../../table.ts';
import { COPY, coverage, HUB_KEY, pod, policy } from '../fixtures.ts';

describe('why a credential did not reach a pull', () => {
  function causeOf(waiting: PodEntry, covering: Coverage): string {
    const [[container], [first]] = [waiting.containers, covering.policies()];
    if (container === undefined || first === undefined) throw new Error('no container, or no policy');
    return whyUnreached(waiting, container, first, covering);
  }
  const cases = table(
    "pod's list | account  | account's list | key                        | cause",
    '-          | default  | ours           | hub                        | AdmittedBefore',
    '-          | default  | theirs,ours    | hub                        | AdmittedBefore',
    '-          | default  | -              | hub                        | AdmittedBefore',
    'theirs     | default  | theirs,ours    | hub                        | AdmittedBefore',
    'a,b        | default  | a,ours,b       | hub                        | AdmittedBefore',
    'b,a        | default  | a,b,ours       | hub                        | OwnPullSecrets',
    'own        | default  | ours           | hub                        | OwnPullSecrets',
    'own        | other    | -              | hub                        | OwnPullSecrets',
    '-          | other    | -              | hub                        | ServiceAccountNotSelected',
    'theirs     | other    | theirs         | hub                        | ServiceAccountNotSelected',
    '-          | absent   | -              | hub                        | ServiceAccountNotSelected',
    "own        | default  | own,another's,ours | hub                    | AdmittedBefore",
    "another's  | default  | another's,ours | hub                        | AdmittedBefore",
    "own,another's | default | own,another's,ours | hub                  | AdmittedBefore",
    "another's  | default  | theirs,ours    | hub                        | OwnPullSecrets",
    "another's  | other    | another's      | hub                        | ServiceAccountNotSelected",
    'ours       | default  | ours           | registry-1.docker.io       | KeyNeverMatches',
    'ours       | default  | ours           | https://index.docker.io/v1 | KeyNeverMatches',
    'ours       | default  | ours           | docker.io/another          | KeyNeverMatches',
    'ours       | default  | ours           | hub                        | Unexplained',
    'own,ours   | other    | -              | hub                        | Unexplained',
  );
  const NAMES: Readonly<Record<string, string>> = { ours: COPY, "another's": 'another' };
  for (const row of cases) {
    it(row.title, () => {
      const list = (cell: string) => items(cell).map((name) => NAMES[name] ?? name);
      const waiting = pod({ account: row.account, secrets: list(row["pod's list"]) });
      const covering = policy({ keys: [row.key === 'hub' ? HUB_KEY : row.key] });
      const accounts = row.account === 'absent' ? {} : { [row.account]: list(row["account's list"]) };
      const another = policy({ name: policyName('another'), secretName: 'another' });
      expect(causeOf(waiting, coverage([covering, another], accounts))).to.equal(row.cause);
    });
  }

  it('is that there is no copy, where a Secret of that name is not ours', () => {
    const foreign = { ...coverage(), copyIn: () => undefined };
    expect(causeOf(pod({ secrets: [COPY] }), foreign)).to.equal('NoCopy');
  });

  it('is not the key, where the copy has that of an older policy in the place of ours', () => {
    const [ours, older] = [policy({ keys: [] }), policy({ name: policyName('older') })];
    expect(causeOf(pod({ secrets: [COPY] }), coverage([ours, older]))).to.equal('Unexplained');
  });
});
