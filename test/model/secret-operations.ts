import { anyNamespace } from './namespace-operations.ts';
import { DOCKER_CONFIG_JSON } from './content.ts';
import { type Maker, maySpoil, type Operation } from './plan.ts';
import { type Auths, isOurs, type Namespace, put, type Sec, SECRET_NAMES } from './world.ts';

/** A Secret of somebody else under one of the names. */
export const FOREIGN: Readonly<Record<string, Pick<Sec, 'type' | 'immutable' | 'content'>>> = {
  'a docker config': {
    type: DOCKER_CONFIG_JSON,
    immutable: false,
    content: { 'foreign.example.com': { auth: 'Zm9yOmVpZ24=' } },
  },
  'an immutable docker config': {
    type: DOCKER_CONFIG_JSON,
    immutable: true,
    content: { 'foreign.example.com': { auth: 'Zm9yOmVpZ24=' } },
  },
  'an Opaque one': { type: 'Opaque', immutable: false, content: '{"key":"value"}' },
};

const UNMARKED = {
  labelled: false,
  retained: false,
  labels: {},
  annotations: {},
  askedLabels: [],
  askedAnnotations: [],
};

export const foreignSecret = (what: string): Sec => {
  const shape = FOREIGN[what];
  if (shape === undefined) throw new RangeError(what);
  return { ...UNMARKED, ...shape };
};

/** Where a Secret of the name stands already, nothing. */
export const createForeign: Maker = (plan) =>
  onSecret(plan, (where, name) => {
    const what = plan.random.pick(Object.keys(FOREIGN));
    const labelled = plan.random.chance(0.2);
    return {
      text: `create foreign Secret ${where}/${name}, ${what}${labelled ? ' with our label' : ''}`,
      change: change(where, name, (found) => found ?? { ...foreignSecret(what), labelled }),
      real: (cluster) => cluster.createForeign(where, name, what, labelled),
    };
  });

export const deleteForeign: Maker = (plan) =>
  onSecret(plan, (where, name) => ({
    text: `delete Secret ${where}/${name} if it is foreign`,
    change: change(where, name, (found) =>
      found === undefined || isOurs(found) || found.retained ? found : undefined,
    ),
    real: (cluster) => cluster.changeSecret(where, name, 'if it is foreign', 'delete'),
  }));

export const deleteCopy: Maker = (plan) =>
  onSecret(plan, (where, name) => ({
    text: `delete copy ${where}/${name}`,
    change: change(where, name, (found) => (isOurs(found) ? undefined : found)),
    real: (cluster) => cluster.changeSecret(where, name, 'if it is ours', 'delete'),
  }));

export const STRAY: Auths = { 'stray.example.com': { auth: 'c3RyOmF5' } };

/** An entry that no policy asked for, all others gone. */
export const editCopy: Maker = (plan) =>
  onSecret(plan, (where, name) => ({
    text: `replace the content of copy ${where}/${name}`,
    change: change(where, name, (found) => (isOurs(found) && !found.immutable ? { ...found, content: STRAY } : found)),
    real: (cluster) => cluster.changeSecret(where, name, 'if it is ours', 'edit'),
  }));

/** Others may add to our copies; that stays. */
export const labelCopy: Maker = (plan) =>
  onSecret(plan, (where, name) => ({
    text: `add a label of others to copy ${where}/${name}`,
    change: change(where, name, (found) =>
      isOurs(found) ? { ...found, labels: { ...found.labels, 'others-label': 'x' } } : found,
    ),
    real: (cluster) => cluster.changeSecret(where, name, 'if it is ours', 'label'),
  }));

export const freezeCopy: Maker = (plan) =>
  onSecret(plan, (where, name) => ({
    text: `make copy ${where}/${name} immutable`,
    change: change(where, name, (found) => (isOurs(found) ? { ...found, immutable: true } : found)),
    real: (cluster) => cluster.changeSecret(where, name, 'if it is ours', 'immutable'),
  }));

/** It is foreign from then on. */
export const stripLabel: Maker = (plan) =>
  onSecret(plan, (where, name) => ({
    text: `strip the label of copy ${where}/${name}`,
    change: change(where, name, (found) => (isOurs(found) ? { ...found, labelled: false } : found)),
    real: (cluster) => cluster.changeSecret(where, name, 'if it is ours', 'unlabel'),
    settleFirst: true,
  }));

function onSecret(
  plan: Parameters<Maker>[0],
  make: (namespace: string, name: string) => Operation,
): Operation | undefined {
  const found = anyNamespace(plan);
  const name = plan.random.weighted([
    [3, SECRET_NAMES[0]],
    [1, SECRET_NAMES[1]],
    [1, SECRET_NAMES[2]],
  ]);
  return found === undefined || !maySpoil(found.known, name) ? undefined : make(found.name, name);
}

const change = (namespace: string, name: string, how: (found: Sec | undefined) => Sec | undefined) => ({
  namespace: {
    name: namespace,
    change: (state: Namespace): Namespace => ({
      ...state,
      secrets: put(state.secrets, name, how(state.secrets[name])),
    }),
  },
});
