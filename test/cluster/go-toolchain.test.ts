import { expect } from 'chai';
import { isAtLeast } from './go-toolchain.ts';

describe('a version of go', () => {
  const cases: readonly (readonly [string | undefined, string, boolean])[] = [
    // found, wanted, enough
    ['1.26.0', '1.26.0', true],
    ['1.26.8', '1.26.0', true],
    ['1.27', '1.26.0', true],
    ['2.0', '1.26.0', true],
    ['1.26', '1.26.0', true],
    ['1.25.9', '1.26.0', false],
    ['1.9.9', '1.26.0', false],
    ['1.26.0', '1.26.1', false],
    ['unknown', '1.26.0', false],
    [undefined, '1.26.0', false],
  ];
  for (const [found, wanted, enough] of cases) {
    it(`${found ?? 'that is missing'} is ${enough ? '' : 'not '}enough for ${wanted}`, () => {
      expect(isAtLeast(found, wanted)).to.equal(enough);
    });
  }
});
