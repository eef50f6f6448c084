import { expect } from 'chai';
import { type Notice, Notices } from '../../src/pulls/notices.ts';
import { type Log, silentLog } from '../../src/runtime/log.ts';
import { FakeClock } from '../runtime/fake-clock.ts';

describe('Notices', () => {
  const notice: Notice = {
    outcome: 'rate-limited',
    registry: 'docker.io',
    namespace: 'ns',
    pod: 'p',
    image: 'nginx',
    kind: 'anonymous',
    count: 1,
    words: 'w',
  };

  it('tell of everything at level debug, and of the first of each registry and namespace at level info, every ten minutes', async () => {
    const clock = new FakeClock();
    const levels: string[] = [];
    const log: Log = { ...silentLog, debug: () => levels.push('debug'), info: () => levels.push('info') };
    const notices = new Notices(clock, log);
    const told = (changes: Partial<Notice> = {}): string | undefined => {
      notices.tell({ ...notice, ...changes });
      return levels.at(-1);
    };
    expect([told(), told(), told({ pod: 'q' })]).to.deep.equal(['info', 'debug', 'debug']);
    expect([told({ namespace: 'other' }), told({ registry: 'other' })]).to.deep.equal(['info', 'info']);
    expect(told({ outcome: 'credentials-refused' })).to.equal('info');
    await clock.advance(599_999);
    notices.sweep();
    expect(told()).to.equal('debug');
    await clock.advance(1);
    notices.sweep();
    expect(told()).to.equal('info');
    const before = levels.length;
    notices.tell({ ...notice, outcome: 'not-found' });
    expect(levels).to.have.lengthOf(before);
  });
});
