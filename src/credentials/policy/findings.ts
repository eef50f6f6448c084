import type { Finding } from '../../api/conditions.ts';
import { wantedSecretName } from '../../api/policy.ts';
import { addSecretNameCommand } from '../namespace/failure.ts';
import type { FailureReason } from '../namespace/outcome.ts';
import type { Resolution } from '../sources/resolve.ts';
import type { Counts } from './counts.ts';
import { MAX_SECRET_NAMES, type StatusInput } from './status-input.ts';

/** Reasons of Ready, Reconciling and Stalled. */
export type ReadyReason =
  'Synced' | 'Progressing' | 'NamespacesFailing' | 'CredentialsNotResolved' | 'Forbidden' | 'Observing';

/** Where a policy stands: in order, on its way there by itself, or waiting for a person. */
interface Verdict {
  readonly stand: 'in-order' | 'under-way' | 'stuck';
  readonly reason: ReadyReason;
  readonly message: string;
}

/** The conditions that flow A owns. Pure. */
export function findings(input: StatusInput, counts: Counts): readonly Finding[] {
  return [...readiness(verdictOf(input, counts)), resolved(input), shadowed(counts)];
}

/** Ready, and its two companions for kstatus, which are never both True. */
function readiness({ stand, reason, message }: Verdict): readonly Finding[] {
  const finding = (type: Finding['type'], holds: boolean): Finding => ({
    type,
    status: holds ? 'True' : 'False',
    reason,
    message,
  });
  return [
    finding('Ready', stand === 'in-order'),
    finding('Reconciling', stand === 'under-way'),
    finding('Stalled', stand === 'stuck'),
  ];
}

type Check = (input: StatusInput, counts: Counts) => Verdict | undefined;

/** The first check that has something to say decides. */
function verdictOf(input: StatusInput, counts: Counts): Verdict {
  for (const check of [beingDeleted, watchForbidden, notResolved, observing, cannotMove, inProgress, failing]) {
    const verdict = check(input, counts);
    if (verdict !== undefined) return verdict;
  }
  const message = `${plural(counts.matched, 'namespace')} in sync${notLeft(counts)}`;
  return { stand: 'in-order', reason: 'Synced', message };
}

/** Ready is about the namespaces that match; what is left behind elsewhere is said beside it. */
const notLeft = ({ failures: [first, ...more] }: Counts): string =>
  first === undefined
    ? ''
    : `; ${plural(more.length + 1, 'namespace')} to be left cannot be, first ${first.namespace}: ${first.failure.reason}: ${first.failure.message}`;

const beingDeleted: Check = ({ policy, remnants, unknown }, { failures }) => {
  if (!policy.deleting) return undefined;
  const wait = waitsFor(remnants, unknown);
  if (wait === undefined) return { stand: 'under-way', reason: 'Progressing', message: 'being deleted' };
  const blocked = failures[0];
  const message = `being deleted; waits for ${wait}${blocked === undefined ? '' : `: ${blocked.failure.message}`}`;
  const stuck = blocked === undefined ? unknown.length > 0 : needsPerson(blocked.failure.reason);
  const wayOut = stuck && policy.spec.deletionPolicy !== 'Retain' ? '. deletionPolicy: Retain leaves them' : '';
  return { stand: stuck ? 'stuck' : 'under-way', reason: 'Progressing', message: message + wayOut };
};

function waitsFor([first, ...more]: StatusInput['remnants'], [name]: StatusInput['unknown']): string | undefined {
  if (first !== undefined)
    return `${plural(more.length + 1, 'object')}, first ${first.kind} ${first.namespace}/${first.name}`;
  return name === undefined ? undefined : `the Secrets named ${name}, which the operator cannot see; ${allow(name)}`;
}

const allow = (name: string): string => `allow it with: ${addSecretNameCommand(name)}`;

/** A name that the policy had before counts too: what lies there cannot be seen, and so not be taken away. */
const watchForbidden: Check = ({ forbidden: [name] }) =>
  name === undefined
    ? undefined
    : {
        stand: 'stuck',
        reason: 'Forbidden',
        message: `the operator may not keep Secrets named ${name}; ${allow(name)}`,
      };

const notResolved: Check = ({ resolution }, { matched }) => {
  if (resolution.faults.length > 0) {
    return {
      stand: 'stuck',
      reason: 'CredentialsNotResolved',
      message: `${faultsOf(resolution)}. Copies that exist stay as they are`,
    };
  }
  return resolution.pending
    ? { stand: 'under-way', reason: 'Progressing', message: `reading the sources for ${plural(matched, 'namespace')}` }
    : undefined;
};

const observing: Check = ({ policy }, { matched, observed }) => {
  if (policy.spec.mode !== 'Observe') return undefined;
  return observed === matched
    ? {
        stand: 'in-order',
        reason: 'Observing',
        message: `nothing is written; status.plan says what mode Enforce would do in ${plural(matched, 'namespace')}`,
      }
    : {
        stand: 'under-way',
        reason: 'Progressing',
        message: `${observed.toString()} of ${plural(matched, 'namespace')} looked at`,
      };
};

/** The name is watched and yet not recorded: there is no room for it. */
const cannotMove: Check = ({ policy, secretNames, unknown }) => {
  const wanted = wantedSecretName(policy);
  if (secretNames.length < MAX_SECRET_NAMES || secretNames.includes(wanted) || unknown.includes(wanted))
    return undefined;
  const message = `${wanted} has to wait: Secrets of ${secretNames.length.toString()} former names of this policy are still there, first ${secretNames[0] ?? ''}`;
  return { stand: 'stuck', reason: 'Progressing', message };
};

const inProgress: Check = (_input, { matched, synced, pending }) =>
  pending > 0
    ? {
        stand: 'under-way',
        reason: 'Progressing',
        message: `${synced.toString()} of ${plural(matched, 'namespace')} in sync`,
      }
    : undefined;

const failing: Check = (_input, { matched, failures, failed }) => {
  const first = failures[0];
  if (first === undefined || failed === 0) return undefined;
  const stuck = failures.some(({ failure }) => needsPerson(failure.reason));
  const message = `${failed.toString()} of ${plural(matched, 'namespace')} failing, first ${first.namespace}: ${first.failure.reason}: ${first.failure.message}`;
  return { stand: stuck ? 'stuck' : 'under-way', reason: 'NamespacesFailing', message };
};

/** A server error goes away by itself. */
const needsPerson = (reason: FailureReason): boolean => reason !== 'ServerError';

function resolved({ resolution }: StatusInput): Finding {
  const fault = resolution.faults[0];
  if (fault !== undefined)
    return { type: 'CredentialsResolved', status: 'False', reason: fault.reason, message: faultsOf(resolution) };
  if (resolution.pending)
    return {
      type: 'CredentialsResolved',
      status: 'Unknown',
      reason: 'Progressing',
      message: 'the sources are being read',
    };
  const notes = [
    ...resolution.duplicates.map((registry) => `${registry} is named more than once; the first stands`),
    ...resolution.deadKeys,
  ];
  const reason = resolution.duplicates.length > 0 ? 'DuplicateRegistry' : 'Resolved';
  const base = `credentials for ${plural(resolution.entries.length, 'registry', 'registries')}`;
  return { type: 'CredentialsResolved', status: 'True', reason, message: [base, ...notes].join('; ') };
}

const MAX_FAULTS_NAMED = 4;

function faultsOf({ faults }: Resolution): string {
  const named = faults.slice(0, MAX_FAULTS_NAMED).map(({ message }) => message);
  const more = faults.length - named.length;
  return [...named, ...(more > 0 ? [`and ${more.toString()} more`] : [])].join('; ');
}

function shadowed({ shadowedNamespaces, shadowedRegistries }: Counts): Finding {
  if (shadowedNamespaces === 0)
    return {
      type: 'CredentialsShadowed',
      status: 'False',
      reason: 'NotShadowed',
      message: 'every registry of this policy is its own',
    };
  const message = `in ${plural(shadowedNamespaces, 'namespace')} an older policy's entry stands for ${shadowedRegistries.slice(0, 5).join(', ')}`;
  return { type: 'CredentialsShadowed', status: 'True', reason: 'OlderPolicy', message };
}

function plural(number: number, singular: string, many = `${singular}s`): string {
  return `${number.toString()} ${number === 1 ? singular : many}`;
}
