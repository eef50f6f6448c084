import { expect } from 'chai';
import { classifyEvent, classifyStatus } from '../../../src/pulls/message/classify.ts';
import { type EventLike, failedPullOfEvent, failedPullOfStatus } from '../../../src/pulls/message/gate.ts';
import { table } from '../../table.ts';

const event = (more: EventLike = {}): EventLike => ({
  message: 'Failed to pull image "acme/app:1": toomanyrequests: slow down',
  source: { component: 'kubelet' },
  reportingComponent: '',
  involvedObject: { kind: 'Pod' },
  ...more,
});

describe('failedPullOfEvent', () => {
  const messages = table(
    'message                                                     | image      | text',
    'Failed to pull image "acme/app:1": it broke                 | acme/app:1 | it broke',
    'FAILED TO PULL IMAGE "acme/app:1": it broke                 | acme/app:1 | it broke',
    '(combined from similar events): Failed to pull image "acme/app:1": it broke | acme/app:1 | it broke',
    'Back-off pulling image "acme/app:1": ErrImagePull: it broke | acme/app:1 | it broke',
    'Back-off pulling image "acme/app:1": RegistryUnavailable: x | acme/app:1 | RegistryUnavailable: x',
    'Back-off pulling image "acme/app:1"                         | -          | -',
    'Failed to pull image "acme/app:1"                           | -          | -',
    'Failed to pull image "acme/app:1":                          | -          | -',
    'Failed to pull image "acme/app:1                            | -          | -',
    'Failed to pull image "": it broke                           | -          | -',
    'Failed to pull image "Not An Image": it broke               | -          | -',
    'Failed to pull image acme/app:1: it broke                   | -          | -',
    'Failed to inspect image "acme/app:1": it broke              | -          | -',
    'so it Failed to pull image "acme/app:1": it broke           | -          | -',
    'Error: ErrImagePull                                         | -          | -',
  );
  for (const row of messages) {
    it(row.title, () => {
      const pull = failedPullOfEvent(event({ message: row.message }));
      expect(pull ?? { image: '-', text: '-' }).to.deep.equal({ image: row.image, text: row.text });
    });
  }

  const senders: readonly (readonly [string, EventLike, boolean])[] = [
    ['a kubelet of old', event(), true],
    ['a kubelet of today', event({ reportingComponent: 'kubelet' }), true],
    [
      'an aggregated Event of a kubelet of today',
      event({ reportingComponent: '', source: { component: 'kubelet' } }),
      true,
    ],
    ['a recorder that names itself in one place only', event({ reportingComponent: 'kubelet', source: {} }), true],
    ['somebody else, in the newer field', event({ reportingComponent: 'scanner' }), false],
    ['somebody else', event({ source: { component: 'scanner' } }), false],
    ['nobody', event({ source: {} }), false],
    ['a kubelet, about a Node', event({ involvedObject: { kind: 'Node' } }), false],
  ];
  for (const [name, one, accepted] of senders) {
    it(`${accepted ? 'reads' : 'passes over'} what ${name} says`, () => {
      expect(failedPullOfEvent(one) !== undefined).to.equal(accepted);
    });
  }
});

describe('failedPullOfStatus', () => {
  const cases = table(
    'reason              | message                                           | text',
    'ErrImagePull        | it broke                                          | it broke',
    'RegistryUnavailable | image pull failed for x                           | image pull failed for x',
    'ImagePullBackOff    | Back-off pulling image "acme/app:1": ErrImagePull: it broke | it broke',
    'ImagePullBackOff    | Back-off pulling image "acme/app:1"               | -',
    'ErrImagePull        |                                                   | -',
    'ErrImageNeverPull   | 429 Too Many Requests                             | -',
    'InvalidImageName    | 429 Too Many Requests                             | -',
    'CrashLoopBackOff    | 429 Too Many Requests                             | -',
  );
  for (const row of cases) {
    it(row.title, () => {
      expect(failedPullOfStatus({ ...row, image: 'acme/app:1' })?.text ?? '-').to.equal(row.text);
    });
  }
});

describe('bad input', () => {
  const odd: readonly unknown[] = [
    undefined,
    null,
    0,
    NaN,
    429n,
    true,
    '',
    'text',
    [],
    ['Failed'],
    {},
    { kind: 429 },
    { component: ['kubelet'] },
    Object.create(null),
    () => 'kubelet',
    'x'.repeat(1_000_000),
    '\u0000\ud800\uffff',
    '拉取镜像失败：请求过多',
  ];

  it('says nothing of Events whose fields are missing or odd, and never throws', () => {
    for (const value of odd) {
      for (const name of ['message', 'source', 'reportingComponent', 'involvedObject']) {
        const found = classifyEvent(event({ [name]: value }));
        if (name !== 'reportingComponent') expect(found, `${name} ${typeof value}`).to.equal(undefined);
      }
    }
  });

  it('says nothing of statuses whose fields are missing or odd', () => {
    const good = { reason: 'ErrImagePull', message: 'toomanyrequests: slow down', image: 'acme/app:1' };
    for (const value of odd) {
      expect(classifyStatus({ ...good, reason: value }), 'reason').to.equal(undefined);
      expect(classifyStatus({ ...good, image: value })?.image ?? 'text', 'image').to.equal('text');
      expect(classifyStatus({ ...good, message: value })?.outcome ?? 'other', 'message').to.equal('other');
    }
  });

  it('is not tempted by fields that the prototype has', () => {
    const involvedObject: unknown = Object.create({ kind: 'Pod' });
    expect(classifyEvent(event({ involvedObject }))).to.equal(undefined);
  });

  it('reads no further than 16 KiB into a cause', () => {
    const page = `GET https://r.io/v2/: 429 Too Many Requests ${'<p>'.repeat(500_000)}`;
    expect(classifyStatus({ reason: 'ErrImagePull', message: page, image: 'r.io/x' })?.outcome).to.equal(
      'rate-limited',
    );
    const late = `${'x '.repeat(8_192)}toomanyrequests: slow down`;
    expect(classifyStatus({ reason: 'ErrImagePull', message: late, image: 'r.io/x' })?.outcome).to.equal('other');
  });
});
