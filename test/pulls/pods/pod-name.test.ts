import { expect } from 'chai';
import { isPodName } from '../../../src/pulls/pods/pod-name.ts';

describe('the name of a pod', () => {
  const names = ['a', '7', 'ferry-7d9f8b6c5d-abcde', 'etcd-node-1.example.com', 'x'.repeat(253)];
  for (const name of names)
    it(`may be ${name.slice(0, 40)}`, () => {
      expect(isPodName(name)).to.equal(true);
    });

  const others = [
    '',
    '.',
    '..',
    'a..b',
    'a.',
    '.a',
    '-a',
    'a-',
    'a.-b',
    'p/log',
    '../secrets/registry-credentials',
    'a?watch=true',
    '%2e%2e',
    'Ferry',
    'fährte',
    'a b',
    'a_b',
    '\u0000',
    'x'.repeat(254),
  ];
  for (const name of others)
    it(`is never ${JSON.stringify(name).slice(0, 40)}`, () => {
      expect(isPodName(name)).to.equal(false);
    });
});
