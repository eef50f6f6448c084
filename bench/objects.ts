import { randomBytes } from 'node:crypto';
import {
  API_GROUP,
  API_VERSION,
  CONTRIBUTORS_ANNOTATION,
  DOCKER_CONFIG_JSON_KEY,
  DOCKER_CONFIG_JSON_TYPE,
  MANAGED_BY_LABEL,
  MANAGED_BY_VALUE,
  OPERATOR_NAME,
  POLICY_KIND,
  POLICY_PLURAL,
  PULL_SECRETS_ANNOTATION,
} from '../src/names.ts';
import { COPY, POLICY, PREFIX, SOURCE } from './names.ts';

const REGISTRY = 'https://index.docker.io/v1/';

/** A login that opens nothing, new at each call: the content of a source, base64, byte for byte as the operator will write it. */
export function newLogin(): string {
  const [username, password] = ['bench', randomBytes(24).toString('hex')];
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const config = { auths: { [REGISTRY]: { auth, password, username } } };
  return Buffer.from(JSON.stringify(config)).toString('base64');
}

const core = (namespace: string, plural: string): string => `/api/v1/namespaces/${namespace}/${plural}`;

export const paths = {
  namespaces: '/api/v1/namespaces',
  namespace: (name: string): string => `/api/v1/namespaces/${name}`,
  secrets: (namespace: string): string => core(namespace, 'secrets'),
  copy: (namespace: string): string => `${core(namespace, 'secrets')}/${COPY}`,
  source: `${core(OPERATOR_NAME, 'secrets')}/${SOURCE}`,
  sources: core(OPERATOR_NAME, 'secrets'),
  account: (namespace: string): string => `${core(namespace, 'serviceaccounts')}/default`,
  policies: `/apis/${API_GROUP}/${API_VERSION}/${POLICY_PLURAL}`,
  policy: `/apis/${API_GROUP}/${API_VERSION}/${POLICY_PLURAL}/${POLICY}`,
};

export const namespace = (name: string): object => ({ metadata: { name } });

/** One of the Secrets that are none of the operator's business. */
export const bystander = (name: string): object => ({
  metadata: { name },
  type: 'Opaque',
  data: { content: randomBytes(768).toString('base64') },
});

export const source = (login: string): object => ({
  metadata: { name: SOURCE },
  type: DOCKER_CONFIG_JSON_TYPE,
  data: { [DOCKER_CONFIG_JSON_KEY]: login },
});

/** A copy as the operator makes it, marker included: the guard takes no other from the operator's account. */
export const copy = (login: string): object => ({
  metadata: {
    name: COPY,
    labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE },
    annotations: { [CONTRIBUTORS_ANNOTATION]: JSON.stringify({ [POLICY]: [REGISTRY] }) },
  },
  type: DOCKER_CONFIG_JSON_TYPE,
  data: { [DOCKER_CONFIG_JSON_KEY]: login },
});

/** Merge patches of a ServiceAccount that has no entry of others. */
export const withEntry = {
  metadata: { annotations: { [PULL_SECRETS_ANNOTATION]: JSON.stringify([COPY]) } },
  imagePullSecrets: [{ name: COPY }],
};
export const withoutEntry = {
  metadata: { annotations: { [PULL_SECRETS_ANNOTATION]: null } },
  imagePullSecrets: null,
};

export const policy = {
  apiVersion: `${API_GROUP}/${API_VERSION}`,
  kind: POLICY_KIND,
  metadata: { name: POLICY },
  spec: { credentials: [{ secretRef: { name: SOURCE } }], namespaces: { include: [`${PREFIX}*`] } },
};
