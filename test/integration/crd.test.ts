import { expect } from 'chai';
import { useOperatorCluster } from '../cluster/shared.ts';

const from = { credentials: [{ secretRef: { name: 'docker-hub' } }] };
const longName = (length: number): string => 'a'.repeat(length);
const source = (credential: object): object => ({
  credentials: [{ secretRef: { name: 'docker-hub' }, ...credential }],
});
const named = (name: string): object => ({ ...from, secret: { name } });
const labelled = (labels: object): object => ({ ...from, secret: { labels } });
const include = (...globs: string[]): object => ({ ...from, namespaces: { include: globs } });
const accounts = (serviceAccounts: object): object => ({ ...from, serviceAccounts });
const expression = (...matchExpressions: object[]): object => ({
  ...from,
  namespaces: { selector: { matchExpressions } },
});
const window = (value: string): object => ({ ...from, rateLimit: { window: value } });

/** What is wrong | the spec | what a person reads; … stands for the value, which servers print in different ways. */
const REFUSED: readonly (readonly [string, object, string])[] = [
  ['no credentials field', {}, 'spec.credentials: Required value'],
  ['no credentials', { credentials: [] }, 'spec.credentials: Invalid value: … at least one credential is needed'],
  [
    '17 credentials',
    { credentials: Array(17).fill(from.credentials[0]) },
    'spec.credentials: Too many: 17: must have at most 16',
  ],
  ['a credential without secretRef', { credentials: [{}] }, 'spec.credentials[0].secretRef: Required value'],
  [
    'a secretRef without name',
    { credentials: [{ secretRef: {} }] },
    'spec.credentials[0].secretRef.name: Required value',
  ],
  [
    'an empty source name',
    source({ secretRef: { name: '' } }),
    'secretRef.name: Invalid value: … must be the name of a Secret',
  ],
  ['a source name in capitals', source({ secretRef: { name: 'Hub' } }), 'must be the name of a Secret'],
  ['a source name of 254', source({ secretRef: { name: longName(254) } }), 'secretRef.name: Too long'],
  [
    'a source namespace with a dot',
    source({ secretRef: { name: 'a', namespace: 'a.b' } }),
    'must be the name of a namespace',
  ],
  ['an empty registry', source({ registry: '' }), 'credentials[0].registry: Invalid value: … must name a registry'],
  ['a registry with a space', source({ registry: 'ghcr.io ' }), 'must name a registry'],
  ['a registry with a no-break space', source({ registry: 'ghcr.io\u00a0' }), 'must name a registry'],
  ['a registry of 256', source({ registry: longName(256) }), 'registry: Too long'],
  ['an empty Secret name', named(''), 'spec.secret.name: Invalid value: … must be a name that a Secret can have'],
  ['a Secret name with an underscore', named('registry_credentials'), 'must be a name that a Secret can have'],
  ['a Secret name that ends in a dash', named('registry-'), 'must be a name that a Secret can have'],
  ['a Secret name with two dots', named('a..b'), 'must be a name that a Secret can have'],
  ['a Secret name of 254', named(longName(254)), 'spec.secret.name: Too long'],
  ['a label of kubernetes.io', labelled({ 'kubernetes.io/a': 'b' }), 'the key kubernetes.io/a is reserved'],
  [
    'the label that marks our copies',
    labelled({ 'app.kubernetes.io/managed-by': 'me' }),
    'the key app.kubernetes.io/managed-by is reserved',
  ],
  ['a label of k8s.io', labelled({ 'k8s.io/a': 'b' }), 'the key k8s.io/a is reserved'],
  ['a label below k8s.io', labelled({ 'node.k8s.io/a': 'b' }), 'the key node.k8s.io/a is reserved'],
  [
    'a label of our own prefix',
    labelled({ 'registrycredentials.dev/retained': 'b' }),
    'the key registrycredentials.dev/retained is reserved',
  ],
  [
    'a label below our own prefix',
    labelled({ 'x.registrycredentials.dev/a': 'b' }),
    'the key x.registrycredentials.dev/a is reserved',
  ],
  ['a label key with a space', labelled({ 'a b': 'c' }), 'each key must be a valid label key'],
  ['a label key without a name', labelled({ 'example.com/': 'c' }), 'each key must be a valid label key'],
  ['a label key with a name of 64', labelled({ [longName(64)]: 'c' }), 'each key must be a valid label key'],
  ['a label key with a prefix of 254', labelled({ [`${longName(254)}/a`]: 'c' }), 'each key must be a valid label key'],
  ['a label value with a space', labelled({ a: 'b c' }), 'each value must be a valid label value'],
  ['a label value of 64', labelled({ a: longName(64) }), 'spec.secret.labels.a: Too long'],
  [
    'an annotation of kubernetes.io',
    { ...from, secret: { annotations: { 'kubectl.kubernetes.io/a': 'b' } } },
    'the key kubectl.kubernetes.io/a is reserved',
  ],
  [
    'an annotation key with a space',
    { ...from, secret: { annotations: { 'a b': 'c' } } },
    'each key must be a valid annotation key',
  ],
  [
    'a glob with a slash',
    include('team/*'),
    'spec.namespaces.include[0]: Invalid value: … must be the name of a namespace or a pattern',
  ],
  ['a glob in capitals', include('Team-*'), 'with * for any characters'],
  ['a glob with a question mark', include('team-?'), 'with * for any characters'],
  [
    'an empty glob',
    include(''),
    'spec.namespaces.include[0]: Invalid value: … must be the name of a namespace or a pattern',
  ],
  ['a glob of 64', include(longName(64)), 'spec.namespaces.include[0]: Too long'],
  ['the same glob twice', include('a', 'a'), 'spec.namespaces.include[1]: Duplicate value'],
  [
    'a bad glob to exclude',
    { ...from, namespaces: { exclude: ['a b'] } },
    'spec.namespaces.exclude[0]: Invalid value: … must be the name',
  ],
  ['65 globs', include(...Array.from({ length: 65 }, (_, at) => `n${at}`)), 'spec.namespaces.include: Too many'],
  [
    'a bad ServiceAccount glob',
    accounts({ names: ['Default'] }),
    'spec.serviceAccounts.names[0]: Invalid value: … must be the name of a ServiceAccount',
  ],
  [
    'serviceAccounts without names and selector',
    accounts({}),
    'spec.serviceAccounts: Invalid value: … give names or a selector',
  ],
  ['serviceAccounts with no name', accounts({ names: [] }), 'give names or a selector'],
  [
    'an unknown operator',
    expression({ key: 'a', operator: 'Gt', values: ['1'] }),
    'supported values: "In", "NotIn", "Exists", "DoesNotExist"',
  ],
  ['In without values', expression({ key: 'a', operator: 'In' }), 'values are needed for the operators In and NotIn'],
  [
    'NotIn with no values',
    expression({ key: 'a', operator: 'NotIn', values: [] }),
    'values are needed for the operators In and NotIn',
  ],
  [
    'Exists with values',
    expression({ key: 'a', operator: 'Exists', values: ['b'] }),
    'not allowed for Exists and DoesNotExist',
  ],
  ['an expression on no label key', expression({ key: 'a b', operator: 'Exists' }), 'must be a label key'],
  [
    'an expression with an impossible value',
    expression({ key: 'a', operator: 'In', values: ['b c'] }),
    'no label can have such a value',
  ],
  [
    'matchLabels with an impossible value',
    { ...from, namespaces: { selector: { matchLabels: { a: 'b c' } } } },
    'no label can have such a key or value',
  ],
  [
    'matchLabels of ServiceAccounts with an impossible key',
    accounts({ selector: { matchLabels: { 'a b': 'c' } } }),
    'no label can have such a key or value',
  ],
  ['an unknown conflictPolicy', { ...from, conflictPolicy: 'Overwrite' }, 'supported values: "Fail", "Adopt"'],
  ['an unknown deletionPolicy', { ...from, deletionPolicy: 'Keep' }, 'supported values: "Delete", "Retain"'],
  ['an unknown mode', { ...from, mode: 'DryRun' }, 'supported values: "Enforce", "Observe"'],
  ['an empty window', window(''), 'spec.rateLimit.window: Invalid value: … must be a duration from 10s to 24h'],
  ['a window of words', window('a while'), 'must be a duration from 10s to 24h'],
  ['a window in days', window('1d'), 'must be a duration from 10s to 24h'],
  ['a window of 9 s', window('9s'), 'must be a duration from 10s to 24h'],
  ['a window of more than a day', window('24h1s'), 'must be a duration from 10s to 24h'],
  ['a negative window', window('-15m'), 'must be a duration from 10s to 24h'],
  [
    'a threshold of 0',
    { ...from, rateLimit: { threshold: 0 } },
    'spec.rateLimit.threshold: Invalid value: 0: spec.rateLimit.threshold in body should be greater than or equal to 1',
  ],
];

const ACCEPTED: readonly (readonly [string, object])[] = [
  ['one source', from],
  [
    'the same source for two registries',
    { credentials: ['a.example', 'b.example'].map((registry) => ({ ...from.credentials[0], registry })) },
  ],
  ['16 sources', { credentials: Array(16).fill(from.credentials[0]) }],
  ['a source elsewhere', source({ secretRef: { name: 'docker.hub-1', namespace: 'registry-sources' } })],
  ['a registry with scheme, port and path', source({ registry: 'https://registry.example.com:5000/v2/' })],
  ['a Secret name of 253', named(longName(253))],
  [
    'labels and annotations',
    {
      ...from,
      secret: { labels: { team: '', 'example.com/a': 'B_c.d-e' }, annotations: { 'example.com/a': 'any text' } },
    },
  ],
  ['a prefix that only looks reserved', labelled({ 'notk8s.io/a': 'b', 'k8s.io.example.com/a': 'b' })],
  ['globs of all kinds', { ...from, namespaces: { include: ['*', 'team-*', '*-prod', 'a*b'], exclude: ['kube-*'] } }],
  ['an empty selection of namespaces', { ...from, namespaces: {} }],
  ['an empty selector', { ...from, namespaces: { selector: {} }, serviceAccounts: { selector: {} } }],
  [
    'every operator',
    expression(
      { key: 'a', operator: 'In', values: ['b', ''] },
      { key: 'example.com/a', operator: 'NotIn', values: ['b'] },
      { key: 'a', operator: 'Exists' },
      { key: 'a', operator: 'DoesNotExist', values: [] },
    ),
  ],
  ['windows at both ends', window('10s')],
  ['a window of a day', window('24h')],
  ['a window of several units', window('1h30m15s')],
];

describe('the RegistryCredentialPolicy resource', function () {
  this.timeout(60_000);
  const cluster = useOperatorCluster();

  const manifest = (spec: object): string =>
    JSON.stringify({
      apiVersion: 'registrycredentials.dev/v1alpha1',
      kind: 'RegistryCredentialPolicy',
      metadata: { name: 'crd-test' },
      spec,
    });
  const offer = (spec: object): Promise<{ code: number; stdout: string; stderr: string }> =>
    cluster().plane.kubectl(['create', '--dry-run=server', '--validate=false', '-o', 'jsonpath={.spec}', '-f', '-'], {
      input: manifest(spec),
    });

  describe('is refused with', () => {
    for (const [what, spec, sentence] of REFUSED) {
      it(`${what}: "${sentence}"`, async () => {
        const { code, stderr } = await offer(spec);
        for (const part of sentence.split(' … ')) expect(stderr).to.contain(part);
        expect(code).not.to.equal(0);
      });
    }
  });

  describe('is accepted with', () => {
    for (const [what, spec] of ACCEPTED) {
      it(what, async () => {
        const { code, stderr } = await offer(spec);
        expect(stderr).to.equal('');
        expect(code).to.equal(0);
      });
    }
  });
});
