import { expect } from 'chai';
import type { RegistryCredentialPolicyStatus } from '../../src/api/generated.ts';
import { policyName } from '../../src/api/keys.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { Observers } from '../../src/telemetry/observers.ts';

const [p, q] = [policyName('p'), policyName('q')];
const status: RegistryCredentialPolicyStatus = {
  namespaces: { matched: 3, synced: 2, failed: 1, summary: '2/3' },
  serviceAccounts: { matched: 4, patched: 2 },
  failureSummary: { total: 1, byReason: { Conflict: 1 } },
  conditions: [{ type: 'Ready', status: 'False', reason: 'NamespacesFailing', message: 'm', lastTransitionTime: 't' }],
  lastRotation: '2026-01-01T00:00:10Z',
};

describe('Observers', () => {
  let metrics: Metrics;
  let observers: Observers;
  beforeEach(() => {
    metrics = new Metrics();
    observers = new Observers(metrics);
  });

  /** The lines of the exposition that begin so, without help and type. */
  const series = async (prefix: string): Promise<readonly string[]> =>
    (await metrics.text()).body.split('\n').filter((line) => line.startsWith(prefix));

  describe('of a policy', () => {
    it('show its status', async () => {
      observers.reported({ name: p }, status);
      expect(await series('registry_credentials_policy_')).to.have.members([
        'registry_credentials_policy_namespaces{policy="p",state="matched"} 3',
        'registry_credentials_policy_namespaces{policy="p",state="synced"} 2',
        'registry_credentials_policy_namespaces{policy="p",state="failed"} 1',
        'registry_credentials_policy_service_accounts{policy="p",state="matched"} 4',
        'registry_credentials_policy_service_accounts{policy="p",state="patched"} 2',
        'registry_credentials_policy_failures{policy="p",reason="Conflict"} 1',
        'registry_credentials_policy_condition{policy="p",type="Ready",status="True"} 0',
        'registry_credentials_policy_condition{policy="p",type="Ready",status="False"} 1',
        'registry_credentials_policy_condition{policy="p",type="Ready",status="Unknown"} 0',
      ]);
      expect(await series('registry_credentials_source_changed')).to.deep.equal([
        `registry_credentials_source_changed_timestamp_seconds{policy="p"} ${(Date.UTC(2026, 0, 1) / 1000 + 10).toString()}`,
      ]);
    });

    it('start at zero where the status is empty', async () => {
      observers.reported({ name: p }, {});
      expect(await series('registry_credentials_policy_namespaces')).to.include(
        'registry_credentials_policy_namespaces{policy="p",state="matched"} 0',
      );
    });

    it('show the newest only: a reason that is over is gone', async () => {
      observers.reported({ name: p }, status);
      observers.reported({ name: p }, { ...status, failureSummary: { total: 1, byReason: { Rejected: 1 } } });
      expect(await series('registry_credentials_policy_failures')).to.deep.equal([
        'registry_credentials_policy_failures{policy="p",reason="Rejected"} 1',
      ]);
    });

    it('go with it, and leave those of others', async () => {
      observers.reported({ name: p }, status);
      observers.reported({ name: q }, status);
      observers.forgotten(p);
      expect((await metrics.text()).body)
        .to.include('policy="q"')
        .and.not.include('policy="p"');
      observers.forgotten(p);
    });

    it('are exported by the leader only', async () => {
      observers.reported({ name: p }, status);
      observers.reported({ name: q }, status);
      observers.orphans(2);
      observers.resigned();
      expect((await metrics.text()).body).not.to.include('policy="');
      expect(await series('registry_credentials_orphaned_secrets')).to.deep.equal([
        'registry_credentials_orphaned_secrets 0',
      ]);
    });
  });

  it('count reconciliations as controller-runtime does, errors from zero', async () => {
    const controller = observers.controller('namespace');
    expect(await series('controller_runtime_reconcile_errors_total')).to.deep.equal([
      'controller_runtime_reconcile_errors_total{controller="namespace"} 0',
    ]);
    controller.reconciled('success', 0.1);
    controller.reconciled('error', 0.1);
    controller.active(2);
    expect(await series('controller_runtime_reconcile_total')).to.have.members([
      'controller_runtime_reconcile_total{controller="namespace",result="success"} 1',
      'controller_runtime_reconcile_total{controller="namespace",result="error"} 1',
    ]);
    expect(await series('controller_runtime_reconcile_errors_total{')).to.deep.equal([
      'controller_runtime_reconcile_errors_total{controller="namespace"} 1',
    ]);
    expect(await series('controller_runtime_reconcile_time_seconds_count')).to.deep.equal([
      'controller_runtime_reconcile_time_seconds_count{controller="namespace"} 2',
    ]);
    expect(await series('controller_runtime_active_workers')).to.deep.equal([
      'controller_runtime_active_workers{controller="namespace"} 2',
    ]);
  });

  it('count the work of a queue, and measure what is under way at the scrape', async () => {
    const queue = observers.queue('namespace');
    queue.added();
    queue.depth(1);
    queue.started(0.5);
    queue.retried();
    queue.finished(0.5);
    queue.watch(() => ({ seconds: 7, longest: 5 }));
    observers.sample(new Map([['namespaces', 3]]));
    const labels = '{name="namespace",controller="namespace"}';
    for (const line of [
      `workqueue_adds_total${labels} 1`,
      `workqueue_depth${labels} 1`,
      `workqueue_retries_total${labels} 1`,
      `workqueue_queue_duration_seconds_count${labels} 1`,
      `workqueue_work_duration_seconds_count${labels} 1`,
      `workqueue_unfinished_work_seconds${labels} 7`,
      `workqueue_longest_running_processor_seconds${labels} 5`,
      'registry_credentials_watch_blind_seconds{watch="namespaces"} 3',
    ])
      expect(await series(line.slice(0, -2))).to.deep.equal([line]);
  });

  it('count requests, writes and watches', async () => {
    observers.client.request({ method: 'GET', code: '200', host: 'kubernetes' });
    observers.writes.secretWrite('create', 'success');
    observers.writes.serviceAccountWrite('patch', 'error');
    const reflector = observers.reflector('copies');
    reflector.listed();
    reflector.event();
    reflector.size(4);
    reflector.watchEnded('expired');
    observers.rotation(0.3);
    observers.namespaceSync(0.03);
    observers.leading('lease', true);
    for (const line of [
      'rest_client_requests_total{method="GET",code="200",host="kubernetes"} 1',
      'registry_credentials_secret_writes_total{operation="create",result="success"} 1',
      'registry_credentials_service_account_writes_total{operation="patch",result="error"} 1',
      'registry_credentials_watch_lists_total{watch="copies"} 1',
      'registry_credentials_watch_events_total{watch="copies"} 1',
      'registry_credentials_watch_objects{watch="copies"} 4',
      'registry_credentials_watch_ends_total{watch="copies",reason="expired"} 1',
      'registry_credentials_rotation_seconds_count 1',
      'registry_credentials_namespace_sync_seconds_count 1',
      'leader_election_master_status{name="lease"} 1',
    ])
      expect(await series(line.slice(0, -2)), line).to.deep.equal([line]);
  });
});
