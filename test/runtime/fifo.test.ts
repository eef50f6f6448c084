import { expect } from 'chai';
import { Fifo } from '../../src/runtime/fifo.ts';

describe('Fifo', () => {
  it('gives items in the order in which they came, across its own clean-ups', () => {
    const fifo = new Fifo<number>();
    const out: (number | undefined)[] = [];
    for (let i = 0; i < 5_000; i++) {
      fifo.push(i);
      if (i % 3 !== 0) out.push(fifo.shift());
    }
    while (fifo.length > 0) out.push(fifo.shift());
    expect(out).to.deep.equal(Array.from({ length: 5_000 }, (_, i) => i));
    expect(fifo.shift()).to.equal(undefined);
  });
});
