import { expect } from 'chai';
import {
  awaitedBy,
  imagesOf,
  isUidOf,
  isWaitingForImage,
  type Pod,
  type PodEntry,
  slimPod,
} from '../../../src/pulls/pods/pod.ts';
import { table } from '../../table.ts';
import { CAUSES, IMAGE, pod, podOf } from '../fixtures.ts';

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

  describe('waits for nothing', () => {
    const waiting = podOf({ waiting: ['ErrImagePull', CAUSES.limit()] });
    it('once it is to go: on a node that is lost, nobody corrects its status', () => {
      const metadata = { ...waiting.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' };
      expect(isWaitingForImage(slimPod({ ...waiting, metadata }))).to.equal(false);
    });
    for (const phase of ['Failed', 'Succeeded'])
      it(`once it has ${phase}`, () => {
        expect(isWaitingForImage(slimPod({ ...waiting, status: { ...waiting.status, phase } }))).to.equal(false);
      });
    it('is not said of one that runs: a container of it may be restarted', () => {
      expect(isWaitingForImage(slimPod({ ...waiting, status: { ...waiting.status, phase: 'Running' } }))).to.equal(
        true,
      );
    });
  });

  describe('with image volumes', () => {
    const [OWN, VOLUME] = ['ghcr.io/harbourlight/app:1', 'harbourlight/charts:Tide'];
    const mounting = (reason: string, message: string): PodEntry => {
      const { spec, ...rest } = podOf({ image: OWN, waiting: [reason, message] });
      const volumes = [{}, { image: { reference: VOLUME, pullPolicy: 'Always' } }, { image: { reference: 'x:1' } }];
      return slimPod({ ...rest, spec: { ...spec, volumes } });
    };
    const cases: readonly (readonly [string, string, string, string])[] = [
      ['a back-off', 'ImagePullBackOff', `Back-off pulling image "${VOLUME}"`, VOLUME],
      ['its own back-off', 'ImagePullBackOff', `Back-off pulling image "${OWN}"`, OWN],
      ['a name in full', 'ErrImagePull', `failed to pull image "docker.io/${VOLUME}": 429 Too Many Requests`, VOLUME],
      ['a name without its tag', 'ErrImagePull', 'reading manifest x in docker.io/harbourlight/charts: EOF', VOLUME],
      ['its own name', 'ErrImagePull', `failed to pull image "${OWN}": 429 Too Many Requests`, OWN],
      ['no name', 'ErrImagePull', 'toomanyrequests: slow down', OWN],
    ];
    for (const [what, reason, message, image] of cases)
      it(`has a container wait for the image that the status tells by ${what}`, () => {
        const entry = mounting(reason, message);
        const [app] = entry.containers;
        if (app?.pull.kind !== 'waiting') throw new Error('it does not wait');
        expect([awaitedBy(app).image, app.image]).to.deep.equal([image, OWN]);
        expect(app.pull.failure?.image ?? image).to.equal(image);
        expect(imagesOf(entry)).to.deep.equal([OWN, VOLUME, 'x:1']);
      });

    it('knows which of them are asked for at each start', () => {
      const [app] = mounting('ImagePullBackOff', `Back-off pulling image "${VOLUME}"`).containers;
      expect([app?.pullsAlways, app && awaitedBy(app).pullsAlways]).to.deep.equal([false, true]);
    });
  });

  it('is known by its own uid, and by that of the static pod that it mirrors', () => {
    const raw = podOf();
    const annotations = { 'kubernetes.io/config.mirror': 'static' };
    const mirror = slimPod({ ...raw, metadata: { ...raw.metadata, annotations } });
    expect(['u', 'static', '', 'other'].map((uid) => isUidOf(uid, mirror))).to.deep.equal([true, true, false, false]);
    expect(['u', 'static', ''].map((uid) => isUidOf(uid, pod()))).to.deep.equal([true, false, false]);
  });

  describe('of anybody who writes megabytes', () => {
    const size = (entry: PodEntry): number => JSON.stringify(entry).length;
    const slimmed = (spec: NonNullable<Pod['spec']>): PodEntry => slimPod({ metadata: { name: 'p' }, spec });
    const long = 'x'.repeat(1_400_000);
    const many = <T>(item: T): T[] => Array.from({ length: 20_000 }, () => item);

    it('has no image, and no Secret, of a name that there cannot be, and all others', () => {
      const entry = slimmed({
        imagePullSecrets: [{ name: long }, { name: 'x'.repeat(254) }, { name: 'x'.repeat(253) }, { name: 'ours' }],
        containers: [
          { name: 'a', image: long },
          { name: 'b', image: IMAGE },
        ],
        volumes: [{ image: { reference: 'x'.repeat(1_025) } }, { image: { reference: IMAGE } }],
      });
      expect(entry.pullSecrets).to.deep.equal(['x'.repeat(253), 'ours']);
      expect(imagesOf(entry)).to.deep.equal([IMAGE, IMAGE]);
    });

    it('has the first of very many containers, volumes and Secrets', () => {
      const entry = slimmed({
        imagePullSecrets: many({ name: 's' }),
        containers: many({ name: 'a', image: 'i' }),
        volumes: many({ image: { reference: 'i' } }),
      });
      expect(entry.containers).to.have.length.within(200, 700);
      expect(size(entry)).to.be.lessThan(150_000);
    });

    it('has all of two hundred containers with long names', () => {
      const containers = Array.from({ length: 200 }, (_, nth) => ({ name: `c${nth}`, image: 'i'.repeat(110) }));
      expect(slimmed({ containers }).containers).to.have.lengthOf(200);
    });
  });

  it('may be empty', () => {
    expect(slimPod({ metadata: { name: 'p' } })).to.deep.include({ containers: [], serviceAccount: 'default' });
    expect(
      slimPod({ metadata: { name: 'p' }, spec: { containers: [{}] }, status: { containerStatuses: [{}] } }).containers,
    ).to.have.lengthOf(1);
  });
});
