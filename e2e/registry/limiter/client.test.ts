import { expect } from 'chai';
import { table } from '../../../test/table.ts';
import { plainAddress, rateLimitSource } from './client.ts';

const cases = table(
  'peer                     | source',
  '192.0.2.1                | 192.0.2.1',
  '::ffff:192.0.2.1         | 192.0.2.1',
  '2001:db8:1:2:3:4:5:6     | 2001:db8:1:2::',
  '2001:db8:1:2::9          | 2001:db8:1:2::',
  '2001:db8::9              | 2001:db8:0:0::',
  '::1                      | 0:0:0:0::',
);

describe('what pulls are counted against', () => {
  for (const { title, peer, source } of cases) {
    it(`anonymous: ${title}`, () => {
      expect(rateLimitSource('anonymous', plainAddress(peer))).to.equal(source);
    });
  }

  it('is the account wherever it pulls from, as a UUID that does not change', () => {
    const [here, there] = ['192.0.2.1', '192.0.2.2'].map((from) => rateLimitSource({ account: 'alice' }, from));
    expect(here).to.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(there).to.equal(here);
    expect(rateLimitSource({ account: 'bob' }, '192.0.2.1')).not.to.equal(here);
  });
});
