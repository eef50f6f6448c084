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
 * @param mark what the names of the run's own things contain. A changed kernel setting counts as its own: nothing carries a name there.
 */
export function remains(before: Inventory, after: Inventory, mark: string): Remains {
  const added = KINDS.flatMap((kind) => {
    const known = new Set(before[kind]);
    return after[kind].filter((what) => !known.has(what)).map((what): Trace => ({ kind, what }));
  });
  const isOwn = ({ kind, what }: Trace): boolean => kind === 'kernel setting' || carries(what, mark);
  return { own: added.filter(isOwn), others: added.filter((trace) => !isOwn(trace)) };
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
