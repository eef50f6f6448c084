import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { LEASES } from '../../src/kube/resources.ts';
import { LEASE_NAME, OPERATOR_NAME } from '../../src/names.ts';
import { authsOf, dockerConfigJson, login, passwordOf } from './objects.ts';
import { runOperator } from '../cluster/operator-process.ts';
import { orAbsent, type Scene } from './scene.ts';
import { useWorld, type World } from './world.ts';

describe('the command line', function () {
  this.timeout(30_000);

  const BAD: readonly { readonly args: readonly string[]; readonly env?: NodeJS.ProcessEnv; readonly line: string }[] =
    [
      { args: ['--colour'], line: "Unknown option '--colour'" },
      { args: ['policies'], line: "Unexpected argument 'policies'" },
      { args: ['--workers'], line: "Option '--workers <value>' argument missing" },
      { args: ['--workers', 'many'], line: "--workers (RCO_WORKERS): 'many' is not a whole number from 1 to 256" },
      { args: ['--workers', '0'], line: "--workers (RCO_WORKERS): '0' is not a whole number from 1 to 256" },
      { args: ['--metrics-address', '8080'], line: "'8080' is not an address such as :8080" },
      { args: ['--health-address', ':99999'], line: "':99999' is not an address such as :8080" },
      { args: ['--leader-elect', 'maybe'], line: "'maybe' is not one of true, false" },
      { args: ['--log-level', 'loud'], line: "'loud' is not one of" },
      { args: ['--log-format', 'xml'], line: "'xml' is not one of json, pretty" },
      { args: ['--source-namespaces', 'a,B!'], line: "'B!' is not a namespace name" },
      { args: [], env: { RCO_WORKERS: '-1' }, line: "--workers (RCO_WORKERS): '-1' is not a whole number" },
      { args: ['--kubeconfig', '/nowhere/at/all'], line: 'cannot read /nowhere/at/all: ENOENT' },
    ];
  BAD.forEach(({ args, env, line }) => {
    const given = [...args, ...Object.entries(env ?? {}).map(([name, value]) => `${name}=${value ?? ''}`)];
    it(`${given.join(' ')}: one line, exit status 2`, async () => {
      const { status, stdout, stderr } = await runOperator(args, env);
      expect(status).to.equal(2);
      expect(stdout).to.equal('');
      const lines = stderr.trimEnd().split('\n');
      expect(lines).to.have.lengthOf(1);
      expect(lines[0])
        .to.match(/^registry-credential-operator: /)
        .and.to.contain(line);
    });
  });

  it('--help names every flag with its variable, and --version the version: exit status 0', async () => {
    const [help, version] = [await runOperator(['--help']), await runOperator(['--version'])];
    expect([help.status, version.status]).to.deep.equal([0, 0]);
    for (const flag of ['kubeconfig', 'operator-namespace', 'source-namespaces', 'metrics-address', 'health-address'])
      expect(help.stdout).to.contain(`--${flag}`);
    for (const flag of ['leader-elect', 'workers', 'log-level', 'log-format'])
      expect(help.stdout).to.contain(`--${flag}`);
    expect(version.stdout).to.match(/^registry-credential-operator \d+\.\d+\.\d+\n$/);
  });
});

describe('the process', function () {
  this.timeout(60_000);
  const world = useWorld('process', { operator: false });

  const holder = async (): Promise<string | undefined> => {
    const lease = await orAbsent(world().api.get(LEASES, { namespace: OPERATOR_NAME, name: LEASE_NAME }));
    return lease?.spec?.holderIdentity;
  };
  const LEADING = `leader_election_master_status{name="${LEASE_NAME}"}`;
  const untilLeading = (scene: Scene, operator: World['operator']): Promise<true> =>
    scene.until('leading', async () => ((await operator.metric(LEADING)) === 1 ? true : undefined), 20_000);

  it('ends with status 0 on SIGTERM and on SIGINT, and gives up its Lease', async () => {
    const scene = world().scene('signals');
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const operator = await world().start();
      await untilLeading(scene, operator);
      expect(await holder()).to.not.be.oneOf([undefined, '']);
      expect(await operator.stop(signal)).to.equal(0);
      expect(await holder()).to.be.oneOf([undefined, '']);
    }
  });

  it('as a follower is ready and writes nothing; when the leader ends it takes over at once', async () => {
    const scene = world().scene('two');
    const namespace = await scene.namespace('a');
    const leader = await world().start();
    await untilLeading(scene, leader);
    const follower = await (await world().start()).whenReady();
    expect(await follower.metric(LEADING)).to.equal(0);
    await scene.source();
    await scene.policy();
    await scene.untilSynced(1);
    expect(await follower.metrics()).to.not.contain('registry_credentials_policy_namespaces{');
    expect(await leader.metrics()).to.contain(`registry_credentials_policy_namespaces{policy="${scene.name}"`);
    const first = await holder();

    expect(await leader.stop()).to.equal(0);
    await scene.rotate(dockerConfigJson({ 'registry.example.com': login('user', 'second') }));
    // Less than the 15 s that the Lease would take to expire.
    await scene.until(
      'rotated by the other',
      async () => (passwordOf(await scene.secret(namespace), 'registry.example.com') === 'second' ? true : undefined),
      8_000,
    );
    expect(await follower.metric(LEADING)).to.equal(1);
    expect(await holder()).to.not.be.oneOf([first, '', undefined]);
    await scene.end();
    expect(await follower.stop()).to.equal(0);
  });

  it('works without a Lease when leader election is off', async () => {
    const scene = world().scene('alone');
    const namespace = await scene.namespace('a');
    const before = await holder();
    const operator = await world().start(['--leader-elect=false']);
    await scene.source();
    await scene.policy();
    await scene.untilSynced(1);
    expect(authsOf(await scene.secret(namespace))).to.have.property('registry.example.com');
    expect(await holder()).to.equal(before);
    await scene.end();
    expect(await operator.stop()).to.equal(0);
  });

  it('ends with status 1 and one line when an address is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const taken = `127.0.0.1:${address.port}`;
    const { status, stderr } = await runOperator([
      `--kubeconfig=${world().cluster.kubeconfig}`,
      `--metrics-address=${taken}`,
      '--health-address=127.0.0.1:0',
    ]);
    server.close();
    expect(status).to.equal(1);
    expect(stderr).to.contain('EADDRINUSE').and.to.contain(String(address.port));
  });

  it('says why it is not ready where no API server answers, stays alive, and still ends in order', async () => {
    const unreachable = join(world().cluster.plane.dataDir, 'process-unreachable.kubeconfig');
    const name = 'nobody';
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name, user: { token: 'none' } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    };
    await writeFile(unreachable, JSON.stringify(config));
    const operator = await world().start([], unreachable);
    const scene = world().scene('unreachable');
    const said = await scene.until('a reason', async () => {
      const { status, body } = await operator.readyz();
      return status === 503 && body.includes('ECONNREFUSED') ? body : undefined;
    });
    expect(said).to.contain('waiting for the first list of policies');
    expect((await operator.healthz()).status).to.equal(200);
    expect(await operator.stop()).to.equal(0);
  });
});
