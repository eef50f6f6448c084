import { expect } from 'chai';
import { describeMeasurement, judgeCorpus, measureCorpus } from './measure.ts';

describe('the classifier over the corpus', () => {
  const measured = measureCorpus(1);

  it(`finds every limit, and takes nothing else for one`, () => {
    expect(measured.recall, describeMeasurement(measured)).to.equal(1);
    expect(measured.precision, describeMeasurement(measured)).to.equal(1);
  });

  it('tells outcome, kind, registry and endpoint of every message', () => {
    for (const { name, expected, found } of judgeCorpus()) expect(found, name).to.deep.equal(expected);
  });
});
