import { expect } from 'chai';
import { PullWindow } from './pull-window.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;

describe('a sliding window of pulls', () => {
  let window: PullWindow;

  beforeEach(() => {
    window = new PullWindow(6 * HOUR);
    for (const at of [0, HOUR, 2 * HOUR]) window.count('192.0.2.1', at);
  });

  it('has as many left as were not pulled', () => {
    expect(window.quota('192.0.2.1', 5, 2 * HOUR).remaining).to.equal(2);
  });

  it('counts every source by itself', () => {
    expect(window.quota('192.0.2.2', 5, 2 * HOUR).remaining).to.equal(5);
  });

  it('gives a pull back when it is a whole window old, and not before', () => {
    const left = (now: number): number => window.quota('192.0.2.1', 3, now).remaining;
    expect([left(6 * HOUR - 1), left(6 * HOUR), left(7 * HOUR), left(8 * HOUR)]).to.deep.equal([0, 1, 2, 3]);
  });

  it('knows when the next pull is free', () => {
    expect(window.quota('192.0.2.1', 3, 3 * HOUR).freeAt).to.equal(6 * HOUR);
  });

  it('waits for more than one old pull after the limit was lowered', () => {
    expect(window.quota('192.0.2.1', 1, 3 * HOUR)).to.deep.equal({ limit: 1, remaining: 0, freeAt: 8 * HOUR });
  });

  it('never has a pull free at a limit of 0', () => {
    expect(window.quota('192.0.2.9', 0, 0)).to.deep.equal({ limit: 0, remaining: 0, freeAt: 6 * HOUR });
  });

  it('forgets', () => {
    window.forget();
    expect(window.quota('192.0.2.1', 3, 2 * HOUR).remaining).to.equal(3);
  });
});
