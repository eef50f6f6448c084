import { expect } from 'chai';
import { UnderWay } from '../../src/runtime/under-way.ts';

describe('runs under way', () => {
  const turn = (): Promise<void> => new Promise(setImmediate);

  it('are waited for, however they end, and later ones are not', async () => {
    const underWay = new UnderWay();
    const [first, second, later] = [
      Promise.withResolvers<string>(),
      Promise.withResolvers<string>(),
      Promise.withResolvers<string>(),
    ];
    const runs = [underWay.during(() => first.promise), underWay.during(() => second.promise)];
    let over = false;
    const waiting = underWay.earlierOver().then(() => {
      over = true;
    });
    const last = underWay.during(() => later.promise);

    first.resolve('done');
    await turn();
    expect(over).to.equal(false);

    second.reject(new Error('failed'));
    await waiting;
    const [one, two] = await Promise.allSettled(runs);
    expect([one?.status, two?.status]).to.deep.equal(['fulfilled', 'rejected']);

    later.resolve('done');
    expect(await last).to.equal('done');
  });

  it('are nothing to wait for where there are none', async () => {
    await new UnderWay().earlierOver();
  });
});
