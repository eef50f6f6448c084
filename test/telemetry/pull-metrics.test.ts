import { expect } from 'chai';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { PullMetrics } from '../../src/telemetry/pull-metrics.ts';

describe('PullMetrics', () => {
  let metrics: Metrics;
  let pulls: PullMetrics;
  beforeEach(() => {
    metrics = new Metrics();
    pulls = new PullMetrics(metrics);
  });
  /** Series without the common prefix. */
  const series = async (): Promise<readonly string[]> =>
    (await metrics.text()).body
      .split('\n')
      .filter((line) => /^registry_credentials_(image_pull|rate_limited|kubelet_pull)/.test(line))
      .map((line) => line.slice('registry_credentials_'.length));

  function countEverything(namespace: string): void {
    pulls.rateLimited('docker.io', namespace, 'anonymous', 3);
    pulls.rateLimited('own.example.com', namespace, 'account', 1);
    pulls.refused('docker.io', namespace, 2);
    pulls.uncovered('other', namespace, 4);
    pulls.kubeletLimited(namespace, 5);
  }

  it('counts by how much it is told', async () => {
    countEverything('a');
    pulls.rateLimited('docker.io', 'a', 'anonymous', 2);
    expect(await series()).to.have.members([
      'image_pull_rate_limited_total{registry="docker.io",namespace="a",kind="anonymous"} 5',
      'image_pull_rate_limited_total{registry="own.example.com",namespace="a",kind="account"} 1',
      'image_pull_refused_total{registry="docker.io",namespace="a"} 2',
      'image_pull_rate_limited_uncovered_total{registry="other",namespace="a"} 4',
      'kubelet_pull_qps_exceeded_total{namespace="a"} 5',
    ]);
  });

  it('loses all series of a namespace that is gone, and only those', async () => {
    countEverything('a');
    countEverything('b');
    pulls.namespaceGone('a');
    expect((await series()).filter((line) => line.includes('namespace="a"'))).to.deep.equal([]);
    expect((await series()).filter((line) => line.includes('namespace="b"'))).to.have.lengthOf(5);
    pulls.namespaceGone('a');
    pulls.namespaceGone('never-seen');
  });

  it('loses series of registries without a label of their own any more', async () => {
    countEverything('a');
    pulls.keepRegistries((registry) => registry === 'docker.io');
    const left = await series();
    expect(left.filter((line) => line.includes('own.example.com'))).to.deep.equal([]);
    expect(left).to.have.lengthOf(4);
  });

  it('loses everything when this process does not lead any more, and counts from zero when it does again', async () => {
    countEverything('a');
    pulls.resigned();
    expect(await series()).to.deep.equal([]);
    pulls.refused('docker.io', 'a', 1);
    expect(await series()).to.deep.equal(['image_pull_refused_total{registry="docker.io",namespace="a"} 1']);
  });

  it('shows who waits now, and nobody who does not', async () => {
    pulls.waiting([
      { registry: 'docker.io', namespace: 'a', count: 2 },
      { registry: 'other', namespace: 'a', count: 1 },
    ]);
    pulls.waiting([{ registry: 'docker.io', namespace: 'b', count: 3 }]);
    expect(await series()).to.deep.equal(['rate_limited_containers{registry="docker.io",namespace="b"} 3']);
    pulls.waiting([]);
    expect(await series()).to.deep.equal([]);
  });
});
