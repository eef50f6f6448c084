import { expect } from 'chai';
import { isWaitingForImage, slimPod } from '../../../src/pulls/pods/pod.ts';
import { table } from '../../table.ts';
import { CAUSES, IMAGE, pod } from '../fixtures.ts';

describe('a pod in the cache', () => {
  const cases = table(
    'reason                    | message  | waiting | outcome',
    'ErrImagePull              | limit    | yes     | rate-limited',
    'ErrImagePull              | missing  | yes     | not-found',
    'ErrImagePull              | qps      | yes     | kubelet-limit',
    'ImagePullBackOff          | bare     | yes     | -',
    'ImagePullBackOff          | caused   | yes     | rate-limited',
    'RegistryUnavailable       | limit    | yes     | rate-limited',
    'SignatureValidationFailed | missing  | yes     | not-found',
    'ErrImagePull              | -        | yes     | -',
    'ErrImageNeverPull         | limit    | no      | -',
    'CrashLoopBackOff          | limit    | no      | -',
    'ContainerCreating         | -        | no      | -',
    'NeverHeardOf              | limit    | no      | -',
  );
  const MESSAGES: Readonly<Record<string, string>> = {
    '-': '',
    limit: CAUSES.limit(),
    missing: CAUSES.missing(),
    qps: CAUSES.qps(),
    bare: `Back-off pulling image "${IMAGE}"`,
    caused: `Back-off pulling image "${IMAGE}": ErrImagePull: ${CAUSES.limit()}`,
  };
  for (const row of cases) {
    it(row.title, () => {
      const entry = pod({ waiting: [row.reason, MESSAGES[row.message] ?? ''] });
      const pull = entry.containers[0]?.pull;
      expect(isWaitingForImage(entry)).to.equal(row.waiting === 'yes');
      expect(pull?.kind === 'waiting' ? (pull.failure?.outcome ?? '-') : '-').to.equal(row.outcome);
    });
  }

  it('says whom it runs as, with which Secrets, and whether it always pulls', () => {
    const entry = pod({ account: 'a', secrets: ['x', 'y'], pullPolicy: 'Always' });
    expect(entry).to.deep.include({ serviceAccount: 'a', pullSecrets: ['x', 'y'] });
    expect(entry.containers[0]?.pullsAlways).to.equal(true);
  });

  it('may be empty', () => {
    expect(slimPod({ metadata: { name: 'p' } })).to.deep.include({ containers: [], serviceAccount: 'default' });
    expect(
      slimPod({ metadata: { name: 'p' }, spec: { containers: [{}] }, status: { containerStatuses: [{}] } }).containers,
    ).to.have.lengthOf(1);
  });
});
