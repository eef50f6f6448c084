import { dirname } from 'node:path';

/** Where only a node of Kubernetes and what runs on it writes, unless it is told otherwise. */
export const NODE_FOLDERS: readonly string[] = [
  ...['/run/containerd', '/run/netns', '/opt/cni', '/opt/containerd', '/var/lib/cni', '/var/lib/containerd'],
  ...['/var/lib/containers', '/var/lib/kubelet', '/var/lib/buildkit', '/var/log/containers', '/var/log/pods'],
  ...['/etc/cni', '/etc/cni/net.d', '/etc/containerd', '/etc/kubernetes', '/usr/libexec/kubernetes'],
];

/** Something that a run can leave on a machine. */
export type TraceKind =
  'process' | 'mount' | 'network namespace' | 'network link' | 'control group' | 'file' | 'kernel setting';

/** What is on a machine at one moment, in words that are the same as long as the thing is the same. */
export type Inventory = Readonly<Record<TraceKind, readonly string[]>>;

export interface Trace {
  readonly kind: TraceKind;
  readonly what: string;
}

export interface Remains {
  /** What the run left. */
  readonly own: readonly Trace[];
  /** What is new as well, and may be anybody's. */
  readonly others: readonly Trace[];
}

/**
 * What is there after a run and was not before.
 * @param mark what the names of the run's own things contain. What only nodes make counts as its own without: kernel settings, files in the folders
 * of a node, network namespaces that have a name.
 */
export function remains(before: Inventory, after: Inventory, mark: string): Remains {
  const added = KINDS.flatMap((kind) => {
    const known = new Set(before[kind]);
    return after[kind].filter((what) => !known.has(what)).map((what): Trace => ({ kind, what }));
  });
  const isOwn = (trace: Trace): boolean => isOfNode(trace) || carries(trace.what, mark);
  return { own: added.filter(isOwn), others: added.filter((trace) => !isOwn(trace)) };
}

function isOfNode({ kind, what }: Trace): boolean {
  if (kind === 'file') return NODE_FOLDERS.includes(what) || NODE_FOLDERS.includes(dirname(what));
  return kind === 'kernel setting' || (kind === 'network namespace' && !what.startsWith('net:['));
}

const KINDS: readonly TraceKind[] = [
  'process',
  'mount',
  'network namespace',
  'network link',
  'control group',
  'file',
  'kernel setting',
];

/** `rco-e2e-12` is not in `rco-e2e-123`. */
function carries(what: string, mark: string): boolean {
  return what
    .split(mark)
    .slice(1)
    .some((rest) => !/^\d/.test(rest));
}
