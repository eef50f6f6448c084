import { expect } from 'chai';
import { whyUnreached } from '../../../src/pulls/report/unreached.ts';
import { items, table } from '../../table.ts';
import { COPY, coverage, HUB_KEY, pod, policy } from '../fixtures.ts';

describe('why a credential did not reach a pull', () => {
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
    'ours       | default  | ours           | registry-1.docker.io       | KeyNeverMatches',
    'ours       | default  | ours           | https://index.docker.io/v1 | KeyNeverMatches',
    'ours       | default  | ours           | docker.io/another          | KeyNeverMatches',
    'ours       | default  | ours           | hub                        | Unexplained',
    'own,ours   | other    | -              | hub                        | Unexplained',
  );
  for (const row of cases) {
    it(row.title, () => {
      const list = (cell: string) => items(cell).map((name) => (name === 'ours' ? COPY : name));
      const waiting = pod({ account: row.account, secrets: list(row["pod's list"]) });
      const [container] = waiting.containers;
      if (container === undefined) throw new Error('a pod without containers');
      const covering = policy({ keys: [row.key === 'hub' ? HUB_KEY : row.key] });
      const accounts = row.account === 'absent' ? {} : { [row.account]: list(row["account's list"]) };
      expect(whyUnreached(waiting, container, covering, coverage([covering], accounts))).to.equal(row.cause);
    });
  }
});
