import { expect } from 'chai';
import { type PodEvent, slimEvent } from '../../../src/pulls/events/event.ts';
import { CAUSES, event, eventOf, failedTo, IMAGE } from '../fixtures.ts';

const time = (seconds: number): string => `2026-01-01T00:00:${seconds.toString().padStart(2, '0')}Z`;
const at = (seconds: number): number => Date.parse(time(seconds));

describe('an Event in the cache', () => {
  const counts: readonly (readonly [string, Partial<PodEvent>, number])[] = [
    ['its count', { count: 7 }, 7],
    ['the count of its series where the other is 0', { count: 0, series: { count: 5 } }, 5],
    ['its count before that of its series', { count: 2, series: { count: 5 } }, 2],
    ['1 where it says nothing', { count: 0 }, 1],
    ['1 for a count that is none', { count: -3 }, 1],
    ['1 for a count beyond all numbers', { count: 1e300 }, 1],
    ['1 for half a count', { count: 1.5 }, 1],
  ];
  for (const [what, changes, count] of counts)
    it(`counts ${what}`, () => {
      expect(event(changes).count).to.equal(count);
    });

  it('takes its times from where they are: last, event, creation; the first is the last where it is not said', () => {
    const bare = { firstTimestamp: null, lastTimestamp: null, eventTime: null };
    expect(event({ ...bare, firstTimestamp: time(1), lastTimestamp: time(9) })).to.deep.include({
      first: at(1),
      last: at(9),
    });
    expect(event({ ...bare, eventTime: '2026-01-01T00:00:05.123456Z' })).to.deep.include({
      first: at(5) + 123,
      last: at(5) + 123,
    });
    expect(event(bare)).to.deep.include({ first: at(0), last: at(0) });
    expect(event({ ...bare, lastTimestamp: 'yesterday' })).to.deep.include({ last: at(0) });
  });

  it('holds nothing of the message but the failure, and a redacted beginning where a registry limited or refused', () => {
    const message = failedTo(`${CAUSES.account()} ${'see '.repeat(5_000)} https://h.io/p?signature=planted`);
    const limited = event({ message });
    expect(limited.message).to.include('pull rate limit as').and.have.lengthOf(300);
    expect(JSON.stringify(limited)).not.to.match(/planteduser|plantedtoken|signature/);
    expect(event({ message: failedTo(CAUSES.missing()) })).not.to.have.property('message');
  });

  it('keeps neither name nor uid of a pod that cannot be one: anybody may write megabytes there', () => {
    const podOf = (name: string, uid: string) => event({ involvedObject: { kind: 'Pod', name, uid } }).pod;
    expect(podOf('ferry-0', '0'.repeat(64))).to.deep.equal({ name: 'ferry-0', uid: '0'.repeat(64) });
    for (const name of ['n'.repeat(254), '..', 'p/log', 'a?watch=true']) expect(podOf(name, 'u').name).to.equal('');
    expect(podOf('ferry-0', '0'.repeat(65)).uid).to.equal('');
  });

  it('says whether its kubelet puts many into it', () => {
    const message = failedTo(CAUSES.limit());
    const combined = event({ message: `(combined from similar events): ${message}`, reportingComponent: '' });
    expect([event({ message }).isAggregated, combined.isAggregated]).to.deep.equal([false, true]);
    expect(combined.failure).to.deep.equal(event({ message }).failure);
  });

  it('is about no pull where it is about something else', () => {
    for (const changes of [
      { message: 'Error: ErrImagePull' },
      { message: `Back-off pulling image "${IMAGE}"` },
      { source: { component: 'other' }, reportingComponent: '' },
      { involvedObject: { kind: 'Job' } },
    ])
      expect(event(changes)).not.to.have.property('failure');
  });

  it('throws on nothing, whatever is missing or odd', () => {
    const metadata = { name: 'e' };
    const odd: unknown[] = [
      { metadata },
      { metadata, involvedObject: null, source: null, series: null, message: null },
      { metadata, involvedObject: { kind: 'Pod', name: 5, uid: {} }, message: 7, count: '9', lastTimestamp: 3 },
      { ...eventOf(), metadata: { ...eventOf().metadata, annotations: { large: 'x'.repeat(1_000_000) } } },
      { ...eventOf(), message: failedTo('\u0000\uD800 429 \u202E') },
      { ...eventOf(), message: 'Failed to pull image "' },
    ];
    for (const each of odd) expect(slimEvent(each as PodEvent).name).to.equal('e');
    expect(JSON.stringify(slimEvent(odd[3] as PodEvent)).length).to.be.below(1_000);
  });
});
