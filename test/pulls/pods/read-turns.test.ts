import { expect } from 'chai';
import { type Asker, ReadTurns } from '../../../src/pulls/pods/read-turns.ts';
import { FakeClock } from '../../runtime/fake-clock.ts';

const BURST = 20;

describe('ReadTurns', () => {
  let clock: FakeClock;
  let turns: ReadTurns;
  /** Whose turn came, and when. */
  let called: string[];
  /** Whether those who are called read at once. */
  let isKeen: boolean;
  beforeEach(() => {
    clock = new FakeClock();
    turns = new ReadTurns(clock);
    [called, isKeen] = [[], true];
  });
  const asker = (namespace: string, id: string): Asker => ({
    namespace,
    id: `${namespace}/${id}`,
    call: () => {
      called.push(`${namespace}/${id}`);
      if (isKeen) ask(namespace, id);
    },
  });
  const ask = (namespace: string, id: string | number): number => turns.ask(asker(namespace, id.toString()));
  const askMany = (namespace: string, count: number): void => {
    for (let index = 0; index < count; index++) ask(namespace, index);
  };
  const spend = (): void => {
    askMany('spent', BURST);
  };

  it('lets twenty read at once, and five in a second after them', async () => {
    const answers = Array.from({ length: 30 }, (_, index) => ask('ns', index));
    expect(answers.filter((ms) => ms === 0)).to.have.lengthOf(BURST);
    await clock.advance(1_000);
    expect(called).to.deep.equal(['ns/20', 'ns/21', 'ns/22', 'ns/23', 'ns/24']);
    await clock.advance(60_000);
    expect([called.length, turns.waiting, clock.timers]).to.deep.equal([10, 0, 0]);
    expect(Array.from({ length: 30 }, (_, index) => ask('other', index)).indexOf(60_000)).to.equal(BURST);
  });

  it('serves the namespaces in turns, and each in the order in which it was asked', async () => {
    spend();
    askMany('crowd', 500);
    ask('a', 'x');
    ask('a', 'y');
    ask('b', 'z');
    await clock.advance(1_400);
    expect(called).to.deep.equal(['crowd/0', 'a/x', 'b/z', 'crowd/1', 'a/y', 'crowd/2', 'crowd/3']);
  });

  it('keeps the place of who asks again, and lets nobody in who was not called', async () => {
    spend();
    askMany('ns', 3);
    expect([ask('ns', 1), ask('ns', 1), turns.waiting]).to.deep.equal([60_000, 60_000, 3]);
    await clock.advance(600);
    expect(called).to.deep.equal(['ns/0', 'ns/1', 'ns/2']);
  });

  it('lets nobody pass those who wait, however late they are called', async () => {
    spend();
    ask('ns', 'first');
    clock.freeze(10_000);
    expect(ask('other', 'late')).to.equal(60_000);
    await clock.advance(1);
    expect(called).to.deep.equal(['ns/first', 'other/late']);
  });

  it('gives to the next what somebody who was called does not want any more', async () => {
    spend();
    isKeen = false;
    askMany('ns', 2);
    await clock.advance(200);
    expect(called).to.deep.equal(['ns/0']);
    turns.leave(asker('ns', '0'));
    expect([called, clock.now()]).to.deep.equal([['ns/0', 'ns/1'], 200]);
    expect([ask('ns', 1), ask('ns', 1)]).to.deep.equal([0, 60_000]);
  });

  it('loses nothing to those who leave before their turn, however many they were', async () => {
    spend();
    askMany('crowd', 900);
    for (let index = 0; index < 900; index++) turns.leave(asker('crowd', index.toString()));
    turns.leave(asker('crowd', 'never came'));
    ask('ns', 'true');
    await clock.advance(200);
    expect([called, turns.waiting]).to.deep.equal([['ns/true'], 0]);
  });

  it('has room for a thousand of a namespace, and tells the others when to try again', async () => {
    spend();
    askMany('crowd', 5_000);
    expect([ask('crowd', 4_999), turns.waiting]).to.deep.equal([60_000, 1_000]);
    ask('ns', 'true');
    expect(turns.waiting).to.equal(1_001);
    await clock.advance(60_000);
    ask('crowd', 'again');
    expect(turns.waiting).to.equal(702);
  });

  it('calls nobody once it is stopped', async () => {
    spend();
    askMany('ns', 5);
    turns.stop();
    expect(clock.timers).to.equal(0);
    await clock.advance(10_000);
    expect(called).to.deep.equal([]);
  });
});
