import { expect } from 'chai';
import * as names from '../../src/names.ts';
import { list, pick, render, type Manifest } from './kustomize.ts';

const USER = `system:serviceaccount:${names.OPERATOR_NAME}:${names.OPERATOR_NAME}`;

describe('config/default', function () {
  this.timeout(60_000);
  let manifests: readonly Manifest[] = [];
  before(async () => {
    manifests = await render('default');
  });

  const ofKind = (kind: string): Manifest[] => manifests.filter((manifest) => manifest.kind === kind);
  const deployment = (): unknown => ofKind('Deployment')[0];
  const pod = (...path: (string | number)[]): unknown => pick(deployment(), 'spec', 'template', 'spec', ...path);
  const container = (...path: (string | number)[]): unknown => pod('containers', 0, ...path);

  it('brings the CRD, the rights, the guard and the operator', () => {
    const kinds = new Set(manifests.map(({ kind }) => kind));
    expect([...kinds]).to.have.members([
      'Namespace',
      'CustomResourceDefinition',
      'ServiceAccount',
      'Role',
      'ClusterRole',
      'RoleBinding',
      'ClusterRoleBinding',
      'Service',
      'Deployment',
      'PodDisruptionBudget',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionPolicyBinding',
    ]);
  });

  it('names the CRD as the operator does', () => {
    expect(ofKind('CustomResourceDefinition').map(({ metadata }) => metadata.name)).to.deep.equal([
      `${names.POLICY_PLURAL}.${names.API_GROUP}`,
    ]);
  });

  it('guards exactly the user that the Deployment runs as, and fails closed', () => {
    const account = ofKind('ServiceAccount')[0]?.metadata;
    expect(`system:serviceaccount:${account?.namespace ?? ''}:${account?.name ?? ''}`).to.equal(USER);
    expect(pod('serviceAccountName')).to.equal(account?.name);
    for (const policy of ofKind('ValidatingAdmissionPolicy')) {
      expect(pick(policy, 'spec', 'failurePolicy')).to.equal('Fail');
      expect(list(policy, 'spec', 'matchConditions').map((condition) => pick(condition, 'expression'))).to.deep.equal([
        `request.userInfo.username == '${USER}'`,
      ]);
    }
  });

  it('binds each admission policy everywhere, to deny', () => {
    const policies = ofKind('ValidatingAdmissionPolicy').map(({ metadata }) => metadata.name);
    expect(policies).to.have.length(3);
    const specs = ofKind('ValidatingAdmissionPolicyBinding').map(({ spec }) => spec);
    expect(specs).to.have.deep.members(policies.map((policyName) => ({ policyName, validationActions: ['Deny'] })));
  });

  it('guards the labels, annotations, finalizer and type that the operator writes', () => {
    const expressions = JSON.stringify(ofKind('ValidatingAdmissionPolicy').map(({ spec }) => spec));
    const written = [
      names.MANAGED_BY_LABEL,
      names.MANAGED_BY_VALUE,
      names.CONTRIBUTORS_ANNOTATION,
      names.RETAINED_ANNOTATION,
      names.PULL_SECRETS_ANNOTATION,
      names.CLEANUP_FINALIZER,
      names.DOCKER_CONFIG_JSON_TYPE,
      names.SECRET_NAMES_ROLE,
    ];
    for (const name of written) expect(expressions).to.contain(name);
  });

  it('runs under the restricted Pod Security level, which its namespace enforces', () => {
    expect(ofKind('Namespace')[0]?.metadata.labels).to.include({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    expect(pod('securityContext')).to.deep.include({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container('securityContext')).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('probes and serves on the ports that the operator listens on', () => {
    expect(container('ports')).to.deep.equal([
      { name: 'metrics', containerPort: 8080 },
      { name: 'health', containerPort: 8081 },
    ]);
    expect(container('livenessProbe', 'httpGet')).to.deep.equal({ path: '/healthz', port: 'health' });
    expect(container('readinessProbe', 'httpGet')).to.deep.equal({ path: '/readyz', port: 'health' });
    expect(pick(ofKind('Service')[0], 'spec', 'ports', 0)).to.deep.equal({
      name: 'metrics',
      port: 8080,
      targetPort: 'metrics',
    });
  });

  it('selects its pods by the same labels in the Deployment, the Service, the budget and the spread', () => {
    const labels = pick(deployment(), 'spec', 'template', 'metadata', 'labels');
    const selectors = [
      pick(deployment(), 'spec', 'selector', 'matchLabels'),
      pick(ofKind('Service')[0], 'spec', 'selector'),
      pick(ofKind('PodDisruptionBudget')[0], 'spec', 'selector', 'matchLabels'),
      pod('topologySpreadConstraints', 0, 'labelSelector', 'matchLabels'),
    ];
    for (const selector of selectors) expect(selector).to.deep.equal(labels);
  });

  it('leaves the Role for Events in the namespace of Events about cluster-scoped objects', () => {
    const events = ofKind('Role').find(({ metadata }) => metadata.name.endsWith('-events'));
    expect(events?.metadata.namespace).to.equal(names.EVENT_NAMESPACE);
  });
});
