import { expect } from 'chai';
import { items, table } from '../../../test/table.ts';
import { readTokenRequest } from './token-request.ts';

const basic = (login: string): string => `Basic ${Buffer.from(login).toString('base64')}`;
const PULL = 'service=hub&scope=repository:library/app:pull';
const PASSWORD = `grant_type=password&client_id=containerd-client&${PULL}`;

const logins: Readonly<Record<string, string | undefined>> = {
  none: undefined,
  alice: basic('alice:secret'),
  colons: basic('alice:a:b'),
  'no colon': basic('alice'),
  bearer: 'Bearer abc',
};

const cases = table(
  'method | login    | query                          | form                                    | account | password | repositories',
  `GET    | none     | ${PULL}                        |                                         | -       | -        | library/app`,
  `GET    | alice    | ${PULL}                        |                                         | alice   | secret   | library/app`,
  `GET    | colons   | ${PULL}                        |                                         | alice   | a:b      | library/app`,
  'GET    | none     | scope=repository:a:pull&scope=repository:b:push,pull | | - | - | a, b',
  'GET    | none     | scope=repository:a:pull%20repository:b:pull          | | - | - | a, b',
  'GET    | none     | scope=repository:a:push                              | | - | - | -',
  'GET    | none     | scope=registry:catalog:*                             | | - | - | -',
  'GET    | alice    | service=hub                    |                                         | alice   | secret   | -',
  `POST   | none     |                                | ${PASSWORD}&username=alice&password=a%2Bb | alice | a+b      | library/app`,
  `POST   | none     |                                | ${PASSWORD}&username=alice              | refused | -        | -`,
  'POST   | none     |                                | grant_type=refresh_token&refresh_token=x | refused | -       | -',
  `GET    | no colon | ${PULL}                        |                                         | refused | -        | -`,
  `GET    | bearer   | ${PULL}                        |                                         | refused | -        | -`,
  `PUT    | none     | ${PULL}                        |                                         | refused | -        | -`,
);

describe('requests for a token', () => {
  for (const { title, method, login, query, form, account, password, repositories } of cases) {
    it(title, () => {
      const asked = readTokenRequest({
        method,
        query: new URLSearchParams(query),
        authorization: logins[login],
        form: new URLSearchParams(form),
      });
      if (account === 'refused') {
        expect(asked).to.equal(undefined);
        return;
      }
      expect(asked?.credential).to.deep.equal(account === '-' ? undefined : { account, password });
      expect(asked?.repositories).to.deep.equal(items(repositories));
    });
  }
});
