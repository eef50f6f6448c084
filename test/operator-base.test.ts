import { expect } from 'chai';
import { KubeConfig } from '@kubernetes/client-node';
import { OperatorBase, type SetFinalizers } from '../src/operator-base.ts';
import { CLEANUP_FINALIZER } from '../src/names.ts';
import type { Log } from '../src/runtime/log.ts';
import { silentLog } from '../src/runtime/log.ts';
import { policy } from './credentials/build.ts';
import { items, table } from './table.ts';

const UNSAFE = [
  'watchResource',
  'setResourceStatus',
  'patchResourceStatus',
  'registerCustomResourceDefinition',
] as const;

/** An operator that does nothing but show what the adapter makes of the base class. */
class Bare extends OperatorBase {
  readonly calls: string[] = [];

  constructor(setFinalizers: SetFinalizers, log: Log = silentLog) {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromOptions({
      clusters: [{ name: 'c', server: 'https://cluster.example' }],
      users: [{ name: 'u' }],
      contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
      currentContext: 'x',
    });
    super(kubeConfig, log, setFinalizers);
  }

  unsafe(method: (typeof UNSAFE)[number]): Promise<unknown> {
    return this[method]();
  }

  uri(group: string, namespace?: string): string {
    return this.getCustomResourceApiUri(group, 'v1', 'things', namespace);
  }

  protected override init(): Promise<void> {
    this.calls.push('init');
    return Promise.resolve();
  }

  override stop(): void {
    this.calls.push('stop');
  }
}

const accept: SetFinalizers = () => Promise.resolve();

describe('settleFinalizer', () => {
  const OURS = CLEANUP_FINALIZER;
  const cases = table(
    'policy  | finalizers | are set to',
    'lives   | -          | ours',
    'lives   | ours       | -',
    'lives   | x          | x ours',
    'lives   | x ours     | -',
    'deleted | ours       | none',
    'deleted | x ours y   | x y',
    'deleted | x          | -',
    'deleted | -          | -',
  );
  const named = (cell: string): string[] => items(cell).map((name) => (name === 'ours' ? OURS : name));
  for (const row of cases) {
    it(row.title, async () => {
      const sent: unknown[] = [];
      const operator = new Bare((...call) => {
        sent.push(call);
        return Promise.resolve();
      });
      const finalizers = Object.freeze(named(row.finalizers));
      await operator.settleFinalizer(
        policy('p', { finalizers, deleting: row.policy === 'deleted', resourceVersion: '41' }),
      );
      const after = row['are set to'];
      expect(sent).to.deep.equal(after === '-' ? [] : [['p', '41', after === 'none' ? [] : named(after)]]);
    });
  }

  for (const deleting of [false, true]) {
    it(`throws what the write throws when it ${deleting ? 'takes away' : 'adds'}`, async () => {
      const refusal = new Error('conflict');
      const operator = new Bare(() => Promise.reject(refusal));
      const thrown = await operator.settleFinalizer(policy('p', { finalizers: deleting ? [OURS] : [], deleting })).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(thrown).to.equal(refusal);
    });
  }
});

describe('the unsafe parts of the base class', () => {
  for (const method of UNSAFE) {
    it(`${method} refuses, and names what to use`, async () => {
      const thrown = await new Bare(accept).unsafe(method).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(thrown).to.be.an.instanceOf(Error);
      expect(String(thrown)).to.include(method).and.include('use ');
    });
  }

  it('are all of those that talk to the API server or end the process', () => {
    const overridden = new Set(Object.getOwnPropertyNames(OperatorBase.prototype));
    for (const method of [...UNSAFE, 'setResourceFinalizers', 'getCustomResourceApiUri'])
      expect(overridden.has(method), method).to.equal(true);
  });
});

describe('the safe parts of the base class', () => {
  it('start with init, and do not end the process', async () => {
    const operator = new Bare(accept);
    await operator.start();
    operator.stop();
    expect(operator.calls).to.deep.equal(['init', 'stop']);
  });

  it('name the paths of resources as the API server does', () => {
    const operator = new Bare(accept);
    expect(operator.uri('example.com')).to.equal('https://cluster.example/apis/example.com/v1/things');
    expect(operator.uri('example.com', 'team')).to.equal(
      'https://cluster.example/apis/example.com/v1/namespaces/team/things',
    );
    expect(operator.uri('', 'team')).to.equal('https://cluster.example/api/v1/namespaces/team/things');
  });
});
