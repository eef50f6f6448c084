import { expect } from 'chai';
import type { KubeObject } from '../../src/api/objects.ts';
import type { Resource } from '../../src/kube/resources.ts';
import { OPERATOR_NAME } from '../../src/names.ts';
import { logToStderr } from '../../test/cluster/log.ts';
import { until } from '../../test/cluster/wait.ts';
import { useNode } from '../node/shared.ts';
import { IMAGE_ARCHIVE, IMAGE_TAG } from './names.ts';
import { ownLayersBytes } from './own-layers.ts';

const MOST_BYTES = 25e6;
const REPLICAS = 2;

interface Pod extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly lastTransitionTime: string;
    }[];
  };
}

const PODS: Resource<Pod> = { group: '', version: 'v1', plural: 'pods', namespaced: true };

/** Milliseconds since the epoch at which the container's process began. Pod status knows whole seconds only. */
const WHEN_IT_BEGAN = `
const { readFileSync } = require('node:fs');
const [uptime] = readFileSync('/proc/uptime', 'utf8').split(' ');
const ticks = readFileSync('/proc/1/stat', 'utf8').split(') ')[1].split(' ')[19];
console.log(Date.now() - 1000 * (uptime - ticks / 100));
`;

/** What the container's process may do, as it sees it. */
const ABOUT_ITSELF = `
const { readFileSync, writeFileSync } = require('node:fs');
const status = readFileSync('/proc/1/status', 'utf8');
const field = (name) => status.match(new RegExp(name + ':\\\\s+(\\\\S+)'))[1];
let written = 'written';
try { writeFileSync('/app/probe', ''); } catch (error) { written = error.code; }
console.log(JSON.stringify({ uid: field('Uid'), capabilities: field('CapBnd'), seccomp: field('Seccomp'), written }));
`;

describe('the image of the operator', function () {
  const node = useNode();
  const namespace = OPERATOR_NAME;
  const archive = process.env[IMAGE_ARCHIVE] ?? '';

  const evaluate = (pod: string, script: string): Promise<string> =>
    node().kubectl(['exec', '--namespace', namespace, pod, '--', '/nodejs/bin/node', '--eval', script]);

  before(async function () {
    this.timeout(0);
    await node().importImages(archive);
    expect(await node().images()).to.contain(`docker.io/library/${OPERATOR_NAME}:${IMAGE_TAG}`);
  });

  it('adds at most 25 MB to its base', async () => {
    expect(await ownLayersBytes(archive)).to.be.within(1, MOST_BYTES);
  });

  it('becomes ready, as config/default starts it under the restricted Pod Security level', async () => {
    await node().plane.apply({ kustomize: 'config/default' });
    const readyAt = new Map<string, number>();
    const look = async (): Promise<true | undefined> => {
      for (const pod of (await node().api.list(PODS, { namespace })).items) {
        const at = readyBy(pod);
        if (at !== undefined && !readyAt.has(pod.metadata.name)) readyAt.set(pod.metadata.name, at);
      }
      return readyAt.size === REPLICAS ? true : undefined;
    };
    await until(look, { what: 'both replicas are ready', within: 60_000, every: 20 });
    for (const [name, at] of readyAt) {
      const seconds = (at - Number(await evaluate(name, WHEN_IT_BEGAN))) / 1000;
      logToStderr(`${name}: ready ${seconds.toFixed(2)} s after its process began (goal: 3 s)`);
    }
  });

  it('runs without root, capabilities and a file system to write to', async () => {
    const said: unknown = JSON.parse(await evaluate(`deployment/${OPERATOR_NAME}`, ABOUT_ITSELF));
    expect(said).to.deep.equal({ uid: '65532', capabilities: '0000000000000000', seccomp: '2', written: 'EROFS' });
  });

  it('has nothing that could be taken for a shell', async () => {
    const command = ['exec', '--namespace', namespace, `deployment/${OPERATOR_NAME}`, '--', '/bin/sh', '-c', 'true'];
    const { code, stderr } = await node().plane.kubectl(command);
    expect(code).to.not.equal(0);
    expect(stderr).to.match(/no such file or directory/);
  });
});

/** Milliseconds since the epoch: seen ready now, or written down as ready in a second that is over. */
function readyBy({ status }: Pod): number | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' ? Math.min(Date.now(), Date.parse(ready.lastTransitionTime) + 1000) : undefined;
}
