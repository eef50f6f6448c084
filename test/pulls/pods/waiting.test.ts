import { expect } from 'chai';
import { WaitingPods } from '../../../src/pulls/pods/waiting.ts';
import { CAUSES, IMAGE, limited, pod, podOf, type PodShape } from '../fixtures.ts';
import { slimPod } from '../../../src/pulls/pods/pod.ts';

const BACK_OFF = ['ImagePullBackOff', `Back-off pulling image "${IMAGE}"`] as const;
const bare = (shape: PodShape = {}) => pod({ waiting: BACK_OFF, ...shape });

describe('WaitingPods', () => {
  let waiting: WaitingPods;
  beforeEach(() => {
    waiting = new WaitingPods();
  });
  const outcomes = (): string[] => [...waiting.blocked()].map(({ failure }) => failure.outcome);

  it('tells of a container whose status says that it is limited', () => {
    expect(waiting.update(pod({ waiting: ['ErrImagePull', CAUSES.limit()] }), 0)).not.to.equal(undefined);
    expect(outcomes()).to.deep.equal(['rate-limited']);
  });

  it('tells of refused credentials, and of nothing else that containers wait for', () => {
    waiting.update(pod({ name: 'a', waiting: ['ErrImagePull', CAUSES.refused()] }), 0);
    waiting.update(pod({ name: 'b', waiting: ['ErrImagePull', CAUSES.missing()] }), 0);
    waiting.update(pod({ name: 'c', waiting: ['ErrImagePull', CAUSES.qps()] }), 0);
    waiting.update(pod({ name: 'd', waiting: ['ContainerCreating', CAUSES.limit()] }), 0);
    expect(outcomes()).to.deep.equal(['credentials-refused']);
  });

  it('carries the cause of the last status to a back-off that names none', () => {
    waiting.update(pod({ waiting: ['ErrImagePull', CAUSES.limit()] }), 0);
    expect(waiting.update(bare(), 1)).to.equal(undefined);
    expect(outcomes()).to.deep.equal(['rate-limited']);
  });

  it('carries the cause of an Event to a back-off that names none, whichever comes first', () => {
    waiting.remember(pod(), limited(), 0);
    expect(outcomes()).to.deep.equal([]);
    waiting.update(pod({ waiting: ['ContainerCreating', ''] }), 1);
    expect(waiting.update(bare(), 2)).not.to.equal(undefined);
    expect(outcomes()).to.deep.equal(['rate-limited']);

    waiting.update(bare({ name: 'q', uid: 'v' }), 3);
    expect(waiting.remember(bare({ name: 'q', uid: 'v' }), limited(), 4)).not.to.equal(undefined);
    expect(outcomes()).to.have.lengthOf(2);
  });

  it('finds the image of an Event however the pod writes it', () => {
    const image = 'docker.io/harbourlight/ferry:1';
    waiting.remember(bare({ image }), limited(), 0);
    expect(outcomes()).to.deep.equal(['rate-limited']);
  });

  it('tells of a container under the image of the volume that it waits for, with the cause of an Event about that image', () => {
    const OWN = 'ghcr.io/harbourlight/app:1';
    const { spec, ...rest } = podOf({ image: OWN, waiting: BACK_OFF });
    const mounting = slimPod({
      ...rest,
      spec: { ...spec, volumes: [{ image: { reference: IMAGE, pullPolicy: 'Always' } }] },
    });
    waiting.remember(mounting, limited(), 0);
    const told = [...waiting.blocked()].map(({ container }) => [
      container.name,
      container.image,
      container.pullsAlways,
    ]);
    expect(told).to.deep.equal([['app', IMAGE, true]]);
    waiting.remember(mounting, limited({ image: OWN, outcome: 'not-found' }), 1);
    expect(outcomes()).to.deep.equal(['rate-limited']);
    waiting.update({ ...mounting, containers: pod({ image: OWN }).containers }, 2);
    waiting.update(mounting, 3);
    expect(outcomes()).to.deep.equal([]);
  });

  it('believes the last of several causes, in the order of their times', () => {
    waiting.remember(bare(), limited(), 20);
    waiting.remember(bare(), limited({ outcome: 'not-found' }), 10);
    expect(outcomes()).to.deep.equal(['rate-limited']);
    waiting.remember(bare(), limited({ outcome: 'not-found' }), 30);
    expect(outcomes()).to.deep.equal([]);
  });

  it('believes a status before what was said earlier', () => {
    waiting.remember(bare(), limited(), 0);
    waiting.update(pod({ waiting: ['ErrImagePull', CAUSES.missing()] }), 1);
    expect(outcomes()).to.deep.equal([]);
    waiting.update(bare(), 2);
    expect(outcomes()).to.deep.equal([]);
  });

  it('forgets the cause when the container waits no more', () => {
    waiting.update(pod({ waiting: ['ErrImagePull', CAUSES.limit()] }), 0);
    expect(waiting.update(pod(), 1)).not.to.equal(undefined);
    waiting.update(bare(), 2);
    expect(outcomes()).to.deep.equal([]);
  });

  it('believes nothing of an earlier pod of the same name', () => {
    waiting.update(pod({ waiting: ['ErrImagePull', CAUSES.limit()] }), 0);
    waiting.update(bare({ uid: 'another' }), 1);
    expect(outcomes()).to.deep.equal([]);
  });

  it('loses everything of a pod that goes', () => {
    waiting.update(pod({ waiting: ['ErrImagePull', CAUSES.limit()] }), 0);
    waiting.remember(pod({ name: 'q', uid: 'v' }), limited(), 0);
    expect(waiting.size).to.equal(2);
    const went = [waiting.remove('ns/p'), waiting.remove('ns/q'), waiting.remove('ns/p')];
    expect(went.map((change) => change?.ended.length)).to.deep.equal([1, undefined, undefined]);
    expect([waiting.size, ...outcomes(), ...waiting.alike()]).to.deep.equal([0]);
  });

  it('keeps nothing of pods that do not wait', () => {
    waiting.update(pod(), 0);
    waiting.update(pod({ name: 'q', waiting: ['CrashLoopBackOff', 'x'] }), 0);
    expect(waiting.size).to.equal(0);
  });

  it('says that nothing changed where a status only says the same again', () => {
    const same = pod({ waiting: ['ErrImagePull', CAUSES.limit()] });
    waiting.update(same, 0);
    expect(waiting.update(same, 1)).to.equal(undefined);
    expect(waiting.update(pod({ waiting: ['ErrImagePull', CAUSES.anonymous()] }), 2)).not.to.equal(undefined);
  });

  it('tells containers of one pod apart, init and ephemeral ones too, two hundred of them', () => {
    const names = Array.from({ length: 200 }, (_, index) => `c${index}`);
    const raw = podOf();
    const state = (index: number) =>
      index % 2 === 0 ? { waiting: { reason: 'ErrImagePull', message: CAUSES.anonymous() } } : {};
    const containers = names.map((name) => ({ name, image: `${IMAGE}-${name}` }));
    const statuses = names.map((name, index) => ({ name, state: state(index) }));
    waiting.update(
      slimPod({
        ...raw,
        spec: {
          initContainers: containers.slice(0, 50),
          containers: containers.slice(50, 150),
          ephemeralContainers: containers.slice(150),
        },
        status: {
          initContainerStatuses: statuses.slice(0, 50),
          containerStatuses: statuses.slice(50, 150),
          ephemeralContainerStatuses: statuses.slice(150),
        },
      }),
      0,
    );
    expect([...waiting.blocked()].map(({ container }) => container.name)).to.deep.equal(
      names.filter((_, index) => index % 2 === 0),
    );
  });
});
