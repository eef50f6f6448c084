import { expect } from 'chai';
import { OPERATOR_NAME } from '../../src/names.ts';
import { list, pick, render, renderWith, strings, type Manifest } from './kustomize.ts';

/** Every rule of the operator's account, one a line: where | API group | resource | names | verbs. */
const TABLE = [
  'cluster | - | secrets | any | create',
  'cluster | - | secrets | registry-credentials | get list watch update patch delete',
  'cluster | - | namespaces | any | get list watch',
  'cluster | - | serviceaccounts | any | get list watch patch',
  'cluster | - | pods | any | get list watch',
  'cluster | - | events | any | list watch',
  'cluster | registrycredentials.dev | registrycredentialpolicies | any | get list watch patch',
  'cluster | registrycredentials.dev | registrycredentialpolicies/status | any | update patch',
  'registry-credential-operator | - | secrets | any | get list watch',
  'registry-credential-operator | coordination.k8s.io | leases | any | create',
  'registry-credential-operator | coordination.k8s.io | leases | registry-credential-operator | get list watch update patch',
  'default | - | events | any | create patch',
];

describe('the RBAC rules in config/default', function () {
  this.timeout(60_000);
  let manifests: readonly Manifest[] = [];
  before(async () => {
    manifests = await render('default');
  });

  it('are exactly the table of what the operator reads and may do', () => {
    expect(operatorRules(manifests)).to.have.members(TABLE);
  });

  it('hold no wildcard, in no role', () => {
    const roles = manifests.filter(({ kind }) => kind === 'Role' || kind === 'ClusterRole');
    expect(roles).to.have.length.above(5);
    expect(JSON.stringify(roles.map(({ rules }) => rules))).not.to.contain('*');
  });

  it('bind nobody but the ServiceAccount of the Deployment', () => {
    const deployment = manifests.find(({ kind }) => kind === 'Deployment');
    const name = pick(deployment, 'spec', 'template', 'spec', 'serviceAccountName');
    const account = { kind: 'ServiceAccount', name, namespace: deployment?.metadata.namespace };
    for (const binding of bindings(manifests)) expect(binding.subjects).to.deep.equal([account]);
  });

  it('keep the Secret names alone in the first rule of a ClusterRole of their own, for the patch that adds one', () => {
    const role = manifests.find(({ metadata }) => metadata.name === `${OPERATOR_NAME}-secret-names`);
    expect(list(role, 'rules')).to.have.length(1);
    expect(strings(role, 'rules', 0, 'resourceNames')).to.deep.equal(['registry-credentials']);
  });

  it('let everybody with the role view read policies, and give the right to write them to nobody', () => {
    const people = manifests.filter(({ metadata }) => metadata.name.includes('-policy-'));
    const aggregated = people.map(({ metadata }) => [
      metadata.name,
      Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith('rbac.authorization.k8s.io/')),
    ]);
    expect(aggregated).to.have.deep.members([
      [`${OPERATOR_NAME}-policy-viewer`, ['rbac.authorization.k8s.io/aggregate-to-view']],
      [`${OPERATOR_NAME}-policy-editor`, []],
    ]);
  });
});

describe('the components in config', function () {
  this.timeout(60_000);

  it('any-secret-name drops the list of names and changes no other rule', async () => {
    const named = 'cluster | - | secrets | registry-credentials |';
    const widened = TABLE.map((rule) => rule.replace(named, 'cluster | - | secrets | any |'));
    expect(operatorRules(await renderWith('any-secret-name'))).to.have.members(widened);
  });

  it('source-namespace adds a Role there and tells the operator', async () => {
    const manifests = await renderWith('source-namespace');
    const added = 'registry-sources | - | secrets | any | get list watch';
    expect(operatorRules(manifests)).to.have.members([...TABLE, added]);
    const deployment = manifests.find(({ kind }) => kind === 'Deployment');
    expect(list(deployment, 'spec', 'template', 'spec', 'containers', 0, 'env')).to.deep.include({
      name: 'RCO_SOURCE_NAMESPACES',
      value: 'registry-sources',
    });
  });
});

const bindings = (manifests: readonly Manifest[]): Manifest[] =>
  manifests.filter(({ kind }) => kind === 'RoleBinding' || kind === 'ClusterRoleBinding');

/** The rules of every role that is bound, in the form of the table, one line for each resource. */
function operatorRules(manifests: readonly Manifest[]): string[] {
  return bindings(manifests).flatMap((binding) => {
    const where = binding.metadata.namespace ?? 'cluster';
    const role = manifests.find(
      ({ kind, metadata }) =>
        kind === pick(binding, 'roleRef', 'kind') &&
        metadata.name === pick(binding, 'roleRef', 'name') &&
        metadata.namespace === binding.metadata.namespace,
    );
    return list(role, 'rules').flatMap((rule) => ruleLines(where, rule));
  });
}

function ruleLines(where: string, rule: unknown): string[] {
  const groups = strings(rule, 'apiGroups').map((group) => (group === '' ? '-' : group));
  const names = strings(rule, 'resourceNames').join(' ') || 'any';
  const verbs = strings(rule, 'verbs').join(' ');
  return groups.flatMap((group) =>
    strings(rule, 'resources').map((resource) => [where, group, resource, names, verbs].join(' | ')),
  );
}
