import { expect } from 'chai';
import { CONTRIBUTORS_ANNOTATION, MANAGED_BY_LABEL, MANAGED_BY_VALUE, RETAINED_ANNOTATION } from '../../src/names.ts';
import { namespace, useGuarded } from './guard-attempt.ts';

const NAME = 'registry-credentials';
const OWNERS = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: '00000000-0000-0000-0000-000000000000' }];
const label = { labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE } };
const contributors = { annotations: { [CONTRIBUTORS_ANNOTATION]: '{}' } };
const marker = { ...label, ...contributors };
const docker = { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'e30=' } };
const opaque = { type: 'Opaque' };
const secret = (metadata: object, content: object): Manifest => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: NAME, ...metadata },
  ...content,
});

interface Manifest {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: object;
}

interface Case {
  readonly what: string;
  /** The Secret that exists before. */
  readonly found?: Manifest;
  readonly act: { readonly create: object } | { readonly apply: object } | { readonly patch: object } | 'delete';
  /** Part of the guard's sentence. */
  readonly answer: string;
}

const TYPE = 'writes Secrets of type kubernetes.io/dockerconfigjson only';
const MARKER = 'must carry its marker';
const token = {
  ...label,
  annotations: { ...contributors.annotations, 'kubernetes.io/service-account.name': 'default' },
};

const CASES: readonly Case[] = [
  {
    what: 'create a service-account-token Secret',
    act: { create: secret(token, { type: 'kubernetes.io/service-account-token' }) },
    answer: TYPE,
  },
  {
    what: 'create one by server-side apply',
    act: { apply: secret(token, { type: 'kubernetes.io/service-account-token' }) },
    answer: TYPE,
  },
  { what: 'create an Opaque Secret', act: { create: secret(marker, opaque) }, answer: TYPE },
  { what: 'create a Secret without a type', act: { create: secret(marker, {}) }, answer: TYPE },
  {
    what: 'create a bootstrap token',
    act: { create: secret(marker, { type: 'bootstrap.kubernetes.io/token' }) },
    answer: TYPE,
  },
  { what: 'create a copy without marker', act: { create: secret({}, docker) }, answer: MARKER },
  { what: 'create a copy with the label alone', act: { create: secret(label, docker) }, answer: MARKER },
  { what: 'create a copy with the contributors alone', act: { create: secret(contributors, docker) }, answer: MARKER },
  {
    what: 'create a copy of a name that is not listed',
    act: { create: secret({ ...marker, name: 'other' }, docker) },
    answer: 'may not create the Secret other',
  },
  {
    what: 'create a copy with a generated name',
    act: { create: secret({ ...marker, generateName: 'r-' }, docker) },
    answer: 'names the Secrets',
  },
  {
    what: 'create a copy with an owner',
    act: { create: secret({ ...marker, ownerReferences: OWNERS }, docker) },
    answer: 'no owner references',
  },
  {
    what: 'create a copy with a finalizer',
    act: { create: secret({ ...marker, finalizers: ['example.com/a'] }, docker) },
    answer: 'no finalizers',
  },
  { what: 'create a copy', act: { create: secret(marker, docker) }, answer: 'allowed' },
  { what: 'create a copy by server-side apply', act: { apply: secret(marker, docker) }, answer: 'allowed' },

  {
    what: 'change an Opaque Secret',
    found: secret(marker, opaque),
    act: { patch: { data: { a: 'Yg==' } } },
    answer: TYPE,
  },
  {
    what: 'take the marker off a copy',
    found: secret(marker, docker),
    act: { patch: { metadata: { labels: null } } },
    answer: MARKER,
  },
  {
    what: 'change a foreign Secret without marking it',
    found: secret({}, docker),
    act: { patch: { data: docker.data, metadata: { labels: { a: 'b' } } } },
    answer: MARKER,
  },
  {
    what: 'add an owner',
    found: secret(marker, docker),
    act: { patch: { metadata: { ownerReferences: OWNERS } } },
    answer: 'no owner references',
  },
  {
    what: 'add a finalizer',
    found: secret(marker, docker),
    act: { patch: { metadata: { finalizers: ['example.com/a'] } } },
    answer: 'no finalizers',
  },
  {
    what: 'remove a finalizer of others',
    found: secret({ ...marker, finalizers: ['example.com/a'] }, docker),
    act: { patch: { metadata: { finalizers: null } } },
    answer: 'no finalizers',
  },
  {
    what: 'change the content of a copy',
    found: secret(marker, docker),
    act: { patch: { data: { '.dockerconfigjson': 'eyJhdXRocyI6e319' } } },
    answer: 'allowed',
  },
  {
    what: 'change a copy that carries a finalizer of others',
    found: secret({ ...marker, finalizers: ['example.com/a'] }, docker),
    act: { patch: { metadata: { labels: { a: 'b' } } } },
    answer: 'allowed',
  },
  {
    what: 'adopt a foreign docker config',
    found: secret({}, docker),
    act: { patch: { metadata: marker } },
    answer: 'allowed',
  },
  {
    what: 'retain a copy',
    found: secret(marker, docker),
    act: {
      patch: {
        metadata: {
          labels: null,
          annotations: { [CONTRIBUTORS_ANNOTATION]: null, [RETAINED_ANNOTATION]: 'docker-hub' },
        },
      },
    },
    answer: 'allowed',
  },
  {
    what: 'take a retained copy back',
    found: secret({ annotations: { [RETAINED_ANNOTATION]: 'docker-hub' } }, docker),
    act: {
      patch: { metadata: { ...label, annotations: { ...contributors.annotations, [RETAINED_ANNOTATION]: null } } },
    },
    answer: 'allowed',
  },

  {
    what: 'delete a foreign Secret',
    found: secret({}, docker),
    act: 'delete',
    answer: 'deletes only Secrets that carry its marker',
  },
  {
    what: 'delete a Secret with the label alone',
    found: secret(label, docker),
    act: 'delete',
    answer: 'deletes only Secrets that carry its marker',
  },
  {
    what: 'delete a retained Secret',
    found: secret({ annotations: { [RETAINED_ANNOTATION]: 'docker-hub' } }, docker),
    act: 'delete',
    answer: 'deletes only Secrets that carry its marker',
  },
  { what: 'delete a copy', found: secret(marker, docker), act: 'delete', answer: 'allowed' },
  {
    what: 'delete a copy that somebody made again with another type',
    found: secret(marker, opaque),
    act: 'delete',
    answer: 'allowed',
  },
];

const where = (at: number): string => `guard-secrets-${at}`;

describe('the guard over Secrets: may the operator', function () {
  this.timeout(60_000);
  const placed = CASES.map(({ found }, at) =>
    found === undefined ? [] : [{ ...found, metadata: { ...found.metadata, namespace: where(at) } }],
  );
  const { attempt, read } = useGuarded({
    given: [...CASES.map((_, at) => namespace(where(at))), ...placed.flat()],
    refused: ['create', '--namespace=default', 'secret', 'generic', 'guard-probe'],
  });

  const perform = ({ act }: Case, at: number): Promise<string> => {
    const scope = `--namespace=${where(at)}`;
    if (act === 'delete') return attempt(['delete', scope, 'secret', NAME, '--wait=false']);
    if ('patch' in act)
      return attempt(['patch', scope, 'secret', NAME, '--type=merge', '-p', JSON.stringify(act.patch)]);
    if ('apply' in act) return attempt(['apply', scope, '--server-side', '--validate=false', '-f', '-'], act.apply);
    return attempt(['create', scope, '--validate=false', '-f', '-'], act.create);
  };

  CASES.forEach((one, at) => {
    it(`${one.what}? ${one.answer === 'allowed' ? 'Yes' : `No: ${one.answer}`}`, async () => {
      expect(await perform(one, at)).to.contain(one.answer);
    });
  });

  it('leave a Secret behind where it was refused? No', async () => {
    const refused = CASES.flatMap(({ found, answer }, at) =>
      found === undefined && answer !== 'allowed' ? [where(at)] : [],
    );
    const held = (await read(['get', 'secrets', '-A', '-o', 'jsonpath={.items[*].metadata.namespace}'])).split(' ');
    expect(held.filter((name) => refused.includes(name))).to.deep.equal([]);
  });
});
