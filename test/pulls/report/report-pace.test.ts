import { expect } from 'chai';
import { policyName } from '../../../src/api/keys.ts';
import type { PullReport } from '../../../src/pulls/report/report.ts';
import { ReportPace } from '../../../src/pulls/report/report-pace.ts';
import { policy } from '../fixtures.ts';

describe('the pace of reports', () => {
  const [HUB, QUAY] = [policy(), policy({ name: policyName('quay') })];
  let now: number;
  let made: number;
  let pace: ReportPace;
  beforeEach(() => {
    [now, made] = [0, 0];
    pace = new ReportPace({ now: () => now });
  });
  /** @param costMs what making it would take */
  const report = (costMs: number, of = HUB, policies = [HUB, QUAY]): PullReport =>
    pace.report(of, policies, () => {
      now += costMs;
      made++;
      return { findings: [], rateLimit: { failuresInWindow: made }, recheckInMs: 600_000 };
    });

  it('is as it is asked for where reports cost nothing', () => {
    for (let nth = 1; nth <= 3; nth++) expect(report(0).rateLimit?.failuresInWindow).to.equal(nth);
  });

  it('rests twenty times as long as all policies together take, and says when it goes on', () => {
    report(100);
    report(50, QUAY);
    expect(report(100)).to.deep.include({ rateLimit: { failuresInWindow: 1 }, recheckInMs: 2_950 });
    now = 3_099;
    expect(report(100).rateLimit?.failuresInWindow).to.equal(1);
    now = 3_100;
    expect(report(100)).to.deep.include({ rateLimit: { failuresInWindow: 3 }, recheckInMs: 600_000 });
  });

  it('rests no longer than a minute', () => {
    report(10_000);
    now += 59_999;
    expect([report(0).recheckInMs, made]).to.deep.equal([1, 1]);
    now += 1;
    report(0);
    expect(made).to.equal(2);
  });

  it('makes one at once of a policy that is new, or another than it was', () => {
    report(100);
    report(100, QUAY);
    report(100, policy({ threshold: 2 }));
    expect(made).to.equal(3);
  });

  it('forgets what policies cost that are gone, also where another has come', () => {
    report(1_000, QUAY);
    report(10);
    now += 200;
    report(10, HUB, [HUB, policy({ name: policyName('new') })]);
    expect(made).to.equal(3);
  });
});
