import { dirname } from 'node:path';
import { expect } from 'chai';
import { writeOciArchive } from '../registry/images/oci-archive.ts';
import { NODE_NAME } from '../node/addresses.ts';
import { useNode } from '../node/shared.ts';
import { until } from '../../test/cluster/wait.ts';

const NAMESPACE = 'e2e-node';
const IMAGE = 'localhost/story-node:1';

/** What a client in a pod has: the address in its environment, the token and the certificate of its ServiceAccount, nothing else. */
const ASK_WHO_I_AM = `
const { readFileSync } = require('node:fs');
const folder = '/var/run/secrets/kubernetes.io/serviceaccount/';
const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
require('node:https').request({
  host, port, method: 'POST', path: '/apis/authentication.k8s.io/v1/selfsubjectreviews', ca: readFileSync(folder + 'ca.crt'),
  headers: { authorization: 'Bearer ' + readFileSync(folder + 'token'), 'content-type': 'application/json' },
}, (answer) => answer.pipe(process.stdout)).end('{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}');
`;

/** Where this machine's Node and its libraries lie, for a pod whose image has neither. */
const BORROWED = ['/lib', '/lib64', '/usr/lib', dirname(process.execPath)];

const pod = (name: string, container: object, volumes: readonly string[] = []): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: IMAGE,
          ...container,
          volumeMounts: volumes.map((path, index) => ({ name: `v${index}`, mountPath: path, readOnly: true })),
        },
      ],
      volumes: volumes.map((path, index) => ({ name: `v${index}`, hostPath: { path } })),
    },
  });

describe('the node', () => {
  const node = useNode();

  const phase = (name: string): Promise<string> =>
    node().kubectl(['get', 'pod', name, `--namespace=${NAMESPACE}`, '--output=jsonpath={.status.phase}']);
  const reaches = (name: string, wanted: string): Promise<true> =>
    until(async () => ((await phase(name)) === wanted ? true : undefined), {
      what: `pod ${name} ${wanted}`,
      within: 60_000,
    });

  before(async () => {
    const file = `${node().sandbox.folder}/story-node.tar`;
    await writeOciArchive({ reference: IMAGE, file });
    await node().importImages(file);
    await node().kubectl(['create', 'namespace', NAMESPACE]);
  });

  after(async () => {
    await node().kubectl(['delete', 'namespace', NAMESPACE]);
  });

  it('is ready, with the versions that are pinned', async () => {
    const versions = 'jsonpath={.status.nodeInfo.kubeletVersion} {.status.nodeInfo.containerRuntimeVersion}';
    expect(await node().kubectl(['get', 'node', NODE_NAME, `--output=${versions}`])).to.match(
      /^v1\.36\.\d+ containerd:\/\/2\.\d+\.\d+$/,
    );
  });

  it('lets a pod reach the API server with what its ServiceAccount gives it', async () => {
    const container = { command: [process.execPath, '-e', ASK_WHO_I_AM] };
    await node().plane.apply({ yaml: pod('client', container, BORROWED) });
    await reaches('client', 'Succeeded');
    expect(await node().kubectl(['logs', 'client', `--namespace=${NAMESPACE}`])).to.include(
      `system:serviceaccount:${NAMESPACE}:default`,
    );
  });

  it('keeps a pod while kubelet, containerd and API server are restarted', async () => {
    await node().plane.apply({ yaml: pod('lasting', {}) });
    await reaches('lasting', 'Running');
    const started = [
      'get',
      'pod',
      'lasting',
      `--namespace=${NAMESPACE}`,
      '--output=jsonpath={.status.containerStatuses[0]}',
    ];
    const before = await node().kubectl(started);

    await node().restartContainerd();
    await node().restartKubelet({ perSecond: 1, burst: 1 });
    await node().plane.restartApiServer();
    await node().restartKubelet();
    await node().plane.apply({ yaml: pod('later', {}) });
    await reaches('later', 'Running');

    expect(await node().kubectl(started)).to.equal(before);
  });
});
