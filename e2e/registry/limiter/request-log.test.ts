import { expect } from 'chai';
import { RequestLog, type Entry } from './request-log.ts';

const PULL: Entry = {
  time: 1,
  client: 'anonymous',
  kind: 'manifest',
  method: 'GET',
  repository: 'library/app',
  reference: 'sha256:ab',
  status: 200,
  upstreamHost: 'docker.io',
  sourceAddress: '192.0.2.1',
};
const alice = { account: 'alice' };

describe('the log of a registry', () => {
  let log: RequestLog;

  beforeEach(() => {
    log = new RequestLog();
    const entries: Partial<Entry>[] = [
      { kind: 'token', repository: '', reference: '', client: { account: 'mallory' }, status: 401 },
      { method: 'HEAD' },
      {},
      { client: alice },
      { client: { ...alice }, reference: 'sha256:cd' },
      { client: alice, kind: 'blob' },
      { client: { account: 'bob' }, repository: 'library/other' },
      { status: 429, method: 'HEAD' },
      { status: 429 },
    ];
    for (const entry of entries) log.add({ ...PULL, ...entry });
  });

  it('says who pulled from a repository, each once', () => {
    expect(log.pullers('library/app')).to.deep.equal(['anonymous', alice]);
    expect(log.pulls('library/app')).to.have.lengthOf(3);
  });

  it('says what was limited', () => {
    expect(log.limited('library/app').map(({ method }) => method)).to.deep.equal(['HEAD', 'GET']);
  });

  it('says for which accounts a login was shown, wrong ones too', () => {
    expect(log.accountsSeen()).to.deep.equal(['mallory', 'alice', 'bob']);
  });

  it('finds entries by any of their fields', () => {
    expect(log.where({ client: { account: 'alice' }, kind: 'blob' })).to.have.lengthOf(1);
  });

  it('forgets', () => {
    log.clear();
    expect(log.entries).to.deep.equal([]);
  });
});
