import { expect } from 'chai';
import { policyName } from '../../../src/api/keys.ts';
import { type PodEntry, slimPod } from '../../../src/pulls/pods/pod.ts';
import type { ReportInput } from '../../../src/pulls/report/report.ts';
import { items, table } from '../../table.ts';
import { CAUSES, COPY, coverage, HUB_KEY, limitedPod, pod, podOf, policy, refusal } from '../fixtures.ts';
import { MINUTE, NOTHING, NOW, WINDOW, blocked, finding, report, seconds } from './reporting.ts';

describe('the condition CredentialsAccepted', () => {
  const refused = (changes: Parameters<typeof refusal>[0] = {}) => refusal({ at: NOW, ...changes });
  const accepted = (changes: Partial<ReportInput> = {}) => finding('CredentialsAccepted', changes);
  const statusOf = (changes: Partial<ReportInput>) => accepted(changes)?.status;

  it('is False where pods that refer to the Secret are refused by a registry of the policy', () => {
    expect(accepted({ records: [refused({ count: 3 })] })).to.deep.include({ status: 'False', reason: 'Refused' });
    expect(accepted({ records: [refused({ count: 3 })] })?.message).to.include('docker.io refused 3 pulls');
  });

  it('is True where the credential was not sent: no reference, no key that matches, another registry or namespace', () => {
    expect(accepted()).to.deep.include({ status: 'True', reason: 'NoRecentRefusal' });
    expect(statusOf({ records: [refused({ sent: [] })] })).to.equal('True');
    expect(statusOf({ records: [refused({ sent: [policyName('another')] })] })).to.equal('True');
    expect(statusOf({ records: [refused({ registry: 'ghcr.io' })] })).to.equal('True');
    expect(statusOf({ policy: policy({ covers: () => false }), records: [refused()] })).to.equal('True');
  });

  it('is False while a container waits because it was refused, however long ago', () => {
    const waiting = ['ErrImagePull', CAUSES.refused()] as const;
    expect(statusOf({ blocked: blocked(pod({ secrets: [COPY], waiting })) })).to.equal('False');
    expect(statusOf({ blocked: blocked(pod({ waiting })) })).to.equal('True');
  });

  it('is False for a registry other than Docker Hub too', () => {
    const image = 'ghcr.io/harbourlight/ferry:1';
    const covering = policy({ keys: ['ghcr.io'] });
    const input = { policy: covering, coverage: coverage([covering]) };
    const waiting = ['ErrImagePull', CAUSES.refused()] as const;
    expect(statusOf({ ...input, blocked: blocked(pod({ secrets: [COPY], image, waiting })) })).to.equal('False');
    expect(statusOf({ ...input, records: [refused({ registry: 'ghcr.io' })] })).to.equal('False');
  });

  describe('doubts that it is about the credential only where all was said in words for images that do not exist too', () => {
    const cases = table(
      'counted     | waiting     | doubts',
      'image       | -           | yes',
      '-           | image       | yes',
      'image       | image,image | yes',
      'login       | -           | no',
      'login,image | -           | no',
      'image       | login       | no',
      '-           | image,login | no',
      'login       | image       | no',
    );
    for (const { title, counted, waiting, doubts } of cases)
      it(title, () => {
        const records = items(counted).map((about) => refused({ mayNotExist: about === 'image' }));
        const pods = items(waiting).map((about, index) => {
          const cause = about === 'image' ? CAUSES.denied() : CAUSES.refused();
          return pod({ name: `p${index}`, uid: `u${index}`, secrets: [COPY], waiting: ['ErrImagePull', cause] });
        });
        const message = accepted({ records, blocked: blocked(...pods) })?.message;
        const [ofImage, ofLogin] = ['or the image does not exist', 'check user name, password'];
        expect(message)
          .to.include(doubts === 'yes' ? ofImage : ofLogin)
          .and.not.include(doubts === 'yes' ? ofLogin : ofImage);
      });
  });

  describe('is False for the policies alone whose credentials were sent', () => {
    const both = coverage(['a', 'b'].map((team) => policy({ name: policyName(team), keys: [`ghcr.io/team-${team}`] })));
    const waiting = pod({
      image: 'ghcr.io/team-b/app:1',
      secrets: [COPY],
      waiting: ['ErrImagePull', CAUSES.refused()],
    });
    const said = (changes: Partial<ReportInput>) =>
      both.policies().map((each) => accepted({ policy: each, coverage: both, ...changes }));

    it('of two that feed one Secret', () => {
      const messages = said({ blocked: blocked(waiting) });
      expect(messages.map((each) => each?.status)).to.deep.equal(['True', 'False']);
      expect(messages[0]?.message).to.equal('no pull with this credential was refused lately');
    });

    it('as they were sent then, whatever the pod was', () => {
      const records = [refused({ registry: 'ghcr.io', sent: [policyName('b')] })];
      expect(said({ records }).map((each) => each?.status)).to.deep.equal(['True', 'False']);
    });

    it('of none, where the Secret of that name is no copy of ours', () => {
      const foreign = { ...both, copyIn: () => undefined };
      const messages = said({ coverage: foreign, blocked: blocked(waiting) });
      expect(messages.map((each) => each?.status)).to.deep.equal(['True', 'True']);
      expect(messages[0]?.message).to.include('1 pod was refused without it: 1 (NoCopy)');
    });
  });

  it('is not taken back in the first window after a start, in which the refusal may have been seen by another process', () => {
    const before = { ...NOTHING, isRefused: true };
    expect(accepted({ before, lookedAt: NOW - WINDOW + 1 })).to.equal(undefined);
    expect(statusOf({ before, lookedAt: NOW - WINDOW })).to.equal('True');
  });
});

describe('a refusal through a mirror', () => {
  it('names the mirror, whose own it may be', () => {
    const found = finding('CredentialsAccepted', {
      blocked: blocked(pod({ secrets: [COPY], waiting: ['ErrImagePull', CAUSES.mirrorRefused()] })),
    });
    expect(found?.status).to.equal('False');
    expect(found?.message)
      .to.match(/^docker\.io through mirror\.example\.net refused 1 pull with this credential: 401 or 403/)
      .and.to.match(/; a mirror answered, whose own refusal it may be$/);
  });
});

describe('a refusal that is not about the credential although the pod refers to it', () => {
  const said = (...words: string[]) => {
    const pods = words.map((word, index) =>
      pod({ name: `p${index}`, uid: `u${index}`, secrets: [COPY], waiting: ['ErrImagePull', word] }),
    );
    return finding('CredentialsAccepted', { blocked: blocked(...pods) });
  };
  const EXPLAINED = 'refer to the Secret; a mirror or credential provider of the node may answer instead';

  it('is one in words for a pull without a login', () => {
    expect(said(CAUSES.tokenRefused())).to.deep.include({
      status: 'True',
      message: `no pull with this credential was refused lately; 1 pod was refused without it: 1 (Unexplained) ${EXPLAINED}`,
    });
  });

  it('stands beside one that is', () => {
    const found = said(CAUSES.refused(), CAUSES.tokenRefused());
    expect(found?.status).to.equal('False');
    expect(found?.message)
      .to.include('refused 1 pull with this credential')
      .and.to.include('1 pod was refused without');
  });
});

describe('pods that are refused because no credential was sent', () => {
  const bare = (name: string, secrets: readonly string[], words = CAUSES.refused()) =>
    pod({ name, uid: name, secrets, waiting: ['ErrImagePull', words] });
  const NOT_REFUSED = 'no pull with this credential was refused lately';

  it('leave the condition as it is, and are named in it with cause and remedy', () => {
    const found = finding('CredentialsAccepted', { blocked: blocked(bare('p', ['own'])) });
    expect(found).to.deep.equal({
      type: 'CredentialsAccepted',
      status: 'True',
      reason: 'NoRecentRefusal',
      message: `${NOT_REFUSED}; 1 pod was refused without it: 1 (OwnPullSecrets) have imagePullSecrets of their own without ours: add the entry there`,
    });
  });

  it('are named beside those that were refused with it', () => {
    const pods = [bare('a', [COPY]), bare('b', []), bare('c', ['own']), bare('d', ['own'])];
    const found = finding('CredentialsAccepted', { blocked: blocked(...pods) });
    expect(found?.status).to.equal('False');
    expect(found?.message)
      .to.include('docker.io refused 1 pull with this credential')
      .and.to.include('; 3 pods were refused without it: 1 (AdmittedBefore) created')
      .and.to.include('; 2 (OwnPullSecrets) have');
  });

  it('may ask for an image that does not exist, where the registry says the same of those', () => {
    const words = ', or the image does not exist: 1 (AdmittedBefore)';
    const said = (...pods: ReturnType<typeof bare>[]) =>
      finding('CredentialsAccepted', { blocked: blocked(...pods) })?.message;
    expect(said(bare('p', [], CAUSES.denied()))).to.include(words);
    expect(said(bare('p', []), bare('q', [], CAUSES.denied()))).not.to.include('does not exist');
  });

  it('are no matter of a policy that covers neither namespace nor registry', () => {
    const pods = blocked(bare('p', ['own']));
    for (const covering of [policy({ covers: () => false }), policy({ keys: ['ghcr.io'] })])
      expect(finding('CredentialsAccepted', { policy: covering, blocked: pods })?.message).to.equal(NOT_REFUSED);
  });

  it('are counted by cause beside limited ones, each pod once, also where nothing was ever limited', () => {
    const unreached = (...pods: PodEntry[]) => report({ blocked: blocked(...pods) }).rateLimit;
    expect(unreached(bare('p', ['own']))).to.deep.equal({ failuresInWindow: 0, unreached: { OwnPullSecrets: 1 } });
    const both = unreached(bare('p', []), limitedPod({ name: 'q', uid: 'q' }), bare('r', ['own']));
    expect([both?.failuresInWindow, both?.unreached]).to.deep.equal([1, { AdmittedBefore: 2, OwnPullSecrets: 1 }]);
    expect(unreached(bare('p', [COPY]))).to.equal(undefined);
  });

  it('count once, where one container is limited and another refused, each for a cause of its own', () => {
    const { spec, status, ...rest } = podOf({ secrets: [COPY] });
    const images = ['harbourlight/ferry:1', 'ghcr.io/harbourlight/ferry:1'];
    const container = (image: string, index: number) => ({ name: `c${index}`, image });
    const state = (message: string, index: number) => ({
      name: `c${index}`,
      state: { waiting: { reason: 'ErrImagePull', message } },
    });
    const mixed = slimPod({
      ...rest,
      spec: { ...spec, containers: images.map(container) },
      status: { ...status, containerStatuses: [CAUSES.anonymous(), CAUSES.refused()].map(state) },
    });
    const covering = policy({ keys: [HUB_KEY, 'ghcr.io/another'] });
    const input = { policy: covering, coverage: coverage([covering]), blocked: blocked(mixed) };
    expect(report(input).rateLimit?.unreached).to.deep.equal({ KeyNeverMatches: 1 });
    expect(finding('RateLimited', input)?.message).to.include('1 (Unexplained)');
    expect(finding('CredentialsAccepted', input)?.message).to.include('1 (KeyNeverMatches)');
  });

  it('are known anew after a restart, while the status remembers a limit', () => {
    const rateLimit = { failuresInWindow: 3, lastFailureTime: seconds(NOW - MINUTE), unreached: { Unexplained: 1 } };
    const before = { ...NOTHING, isLimited: true, rateLimit };
    expect(report({ before, blocked: blocked(bare('p', ['own'])) }).rateLimit).to.deep.equal({
      ...rateLimit,
      unreached: { OwnPullSecrets: 1 },
    });
  });
});
