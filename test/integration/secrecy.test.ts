import { expect } from 'chai';
import type { KubeObject } from '../../src/api/objects.ts';
import type { Resource } from '../../src/kube/resources.ts';
import { EVENTS, LEASES, NAMESPACES, POLICIES, SECRETS, SERVICE_ACCOUNTS } from '../../src/kube/resources.ts';
import { until } from '../cluster/wait.ts';
import {
  ADMISSION_BINDINGS,
  ADMISSION_POLICIES,
  authsOf,
  base64,
  basicAuth,
  CONFIG_MAPS,
  COPY,
  dockerCfg,
  dockerConfigJson,
  login,
  opaque,
  secretObject,
} from './objects.ts';
import { orAbsent, type Scene } from './scene.ts';
import { formsOf } from './secrecy-forms.ts';
import { useWorld, type World } from './world.ts';

const USER = 'planted-user-Qx7';
const REFUSED_WITHIN = 30_000;

/** Every value that must not be seen anywhere but in the data of Secrets. */
const planted: string[] = [USER];
const plant = (what: string): string => {
  const value = `Planted${what}Zk3v9`;
  planted.push(value);
  return value;
};

describe('nothing secret leaves', () => {
  const world = useWorld('secrecy');

  it('in logs at any level, Events, status, metrics, labels or annotations, whatever goes right or wrong', async function () {
    this.timeout(120_000);
    const scene = world().scene('all');
    const [plain, foreign] = [await scene.namespace('plain'), await scene.namespace('foreign')];
    const [echo, piece] = [await scene.namespace('echo'), await scene.namespace('piece')];
    const echoing = [
      await refuseWith(world(), `${scene.name}-echo`, echo, `string(object.data['.dockerconfigjson'])`),
      await refuseWith(
        world(),
        `${scene.name}-piece`,
        piece,
        `string(object.data['.dockerconfigjson']).substring(21, 190)`,
      ),
    ];
    try {
      await rotateAndFail(scene, { plain, foreign, refused: [echo, piece] });
      await breakInEveryWay(scene);
    } finally {
      for (const remove of echoing) await remove();
    }

    const seen = await everythingSeen(world());
    const found = planted.flatMap((value) => formsOf(value)).filter((form) => seen.includes(form));
    expect(found.map((form) => around(seen, form))).to.deep.equal([]);
    // What was searched does hold what went wrong, and what was searched for is found where it belongs.
    expect(seen).to.contain('Rejected').and.to.contain('a test echoes').and.to.contain('foreign.example.com');
    const content = JSON.stringify(await world().api.list(SECRETS, { namespace: plain }));
    expect(formsOf(USER).some((form) => content.includes(form))).to.equal(true);
  });

  /** Sync, refusals that echo the data, a conflict, its adoption, rotations in two source types. */
  async function rotateAndFail(
    scene: Scene,
    where: { readonly plain: string; readonly foreign: string; readonly refused: readonly string[] },
  ): Promise<void> {
    await scene.api.create(
      SECRETS,
      { namespace: where.foreign },
      secretObject(
        { name: COPY },
        dockerConfigJson({ 'foreign.example.com': login(plant('ForeignUser'), plant('ForeignPassword')) }),
      ),
    );
    await scene.source(
      dockerConfigJson({
        'registry.example.com': login(USER, plant('First')),
        'token.example.com': {
          auth: base64(`${USER}:${plant('InAuth')}`),
          identitytoken: plant('IdentityToken'),
          registrytoken: plant('RegistryToken'),
          unknown: { deep: plant('UnknownField') },
        },
      }),
    );
    await scene.policy();
    await scene.untilSecret(where.plain, 'written');
    for (const namespace of where.refused) await untilFailure(scene, namespace, 'Rejected');
    await untilFailure(scene, where.foreign, 'Conflict');
    await scene.patchPolicy({ conflictPolicy: 'Adopt' });
    await scene.untilSecret(where.foreign, 'adopted', (copy) => 'registry.example.com' in authsOf(copy));
    await scene.rotate(dockerConfigJson({ 'registry.example.com': login(USER, plant('Second')) }));
    await scene.untilSecret(where.plain, 'rotated', (copy) => !('token.example.com' in authsOf(copy)));
    await untilFailure(scene, where.refused[0] ?? '', 'Rejected');
  }

  /** One source after the other, each wrong in its own way with something secret at the place that is wrong. */
  async function breakInEveryWay(scene: Scene): Promise<void> {
    const broken: readonly (readonly [object, string])[] = [
      [
        opaque({ '.dockerconfigjson': base64(`{"auths":{"r":{"password":"${plant('NotJson')}`) }),
        'SecretTypeUnsupported',
      ],
      [dockerConfigJson({ 'r.example.com': { auth: plant('NotBase64%') } }), 'SecretInvalid'],
      [dockerConfigJson({ 'r.example.com': { auth: base64(plant('NoColon')) } }), 'SecretInvalid'],
      [dockerConfigJson({ 'r.example.com': plant('NoObject') }), 'SecretInvalid'],
      [dockerConfigJson([plant('NoMap')]), 'SecretInvalid'],
      [dockerConfigJson({ 'r.example.com': { password: plant('WithoutUser') } }), 'SecretInvalid'],
      [
        dockerConfigJson({ 'r.example.com': { username: USER, password: { nested: plant('Nested') } } }),
        'SecretInvalid',
      ],
      [dockerCfg({ 'r.example.com': { username: plant('UserAlone') } }), 'SecretInvalid'],
      [
        dockerConfigJson({ [`https://${USER}:${plant('InKey')}@key.example.com/v1/`]: login(USER, plant('Behind')) }),
        'SecretInvalid',
      ],
      [basicAuth(USER, plant('Basic')), 'SecretInvalid'],
    ];
    for (const [index, [content, reason]] of broken.entries()) {
      const suffix = `-broken-${index}`;
      await scene.source(content, suffix);
      await scene.policy({ credentials: [{ secretRef: { name: scene.name + suffix } }] }, suffix);
      await scene.untilReason('CredentialsResolved', reason, suffix);
    }
    await scene.patchPolicy(
      { credentials: [{ secretRef: { name: `${scene.name}-broken-9` }, registry: 'basic.example.com' }] },
      '-broken-9',
    );
    await scene.untilReason('CredentialsResolved', 'Resolved', '-broken-9');
  }
});

const untilFailure = (scene: Scene, namespace: string, reason: string) =>
  scene.untilPolicy(`${reason} in ${namespace}`, ({ status }) =>
    (status?.failures ?? []).some((failure) => failure.namespace === namespace && failure.reason === reason),
  );

/** Has the API server refuse the operator's copies in a namespace, with their data in its answer. @returns ends it */
async function refuseWith({ api }: World, name: string, namespace: string, data: string): Promise<() => Promise<void>> {
  await api.create(
    ADMISSION_POLICIES,
    {},
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] },
          ],
        },
        matchConditions: [{ name: 'here', expression: `request.namespace == '${namespace}'` }],
        validations: [
          { expression: 'false', message: 'a test refuses', messageExpression: `'a test echoes ' + ${data}` },
        ],
      },
    },
  );
  await api.create(
    ADMISSION_BINDINGS,
    {},
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  );
  const probe = secretObject({ name: 'probe' }, dockerConfigJson({ 'r.example.com': login('a', 'b'.repeat(200)) }));
  const refuses = async (): Promise<true | undefined> => {
    try {
      await api.create(SECRETS, { namespace }, probe);
      await api.delete(SECRETS, { namespace, name: 'probe' });
      return undefined;
    } catch (error) {
      if (String(error).includes('a test echoes')) return true;
      throw error;
    }
  };
  await until(refuses, { what: `${name} in force`, within: REFUSED_WITHIN });
  return async () => {
    await orAbsent(api.delete(ADMISSION_BINDINGS, { name }));
    await orAbsent(api.delete(ADMISSION_POLICIES, { name }));
  };
}

/** All that the operator says: its log, metrics and probes, Events, and every object without the data of Secrets. */
async function everythingSeen({ api, operator }: World): Promise<string> {
  const all: readonly Resource<KubeObject>[] = [EVENTS, POLICIES, NAMESPACES, SERVICE_ACCOUNTS, CONFIG_MAPS, LEASES];
  const objects = await Promise.all(all.map(async (resource) => (await api.list(resource, {})).items));
  const secrets = (await api.list(SECRETS, {})).items.map(({ metadata, type }) => ({ metadata, type }));
  const [metrics, ready, health] = [await operator.metrics(), await operator.readyz(), await operator.healthz()];
  return JSON.stringify([operator.logs, objects.flat(), secrets, metrics, ready, health]);
}

/** The place of a leak, for the failure's message. */
function around(text: string, form: string): string {
  const at = text.indexOf(form);
  return text.slice(Math.max(0, at - 300), at + form.length + 60);
}
