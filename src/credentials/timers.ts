import type { NamespaceName, PolicyName } from '../api/keys.ts';

interface Race {
  readonly version: string;
  readonly started: number;
  readonly outstanding: Set<NamespaceName>;
}

/** Takes the time from the moment when a source's change is seen to the moment when the last copy has it. */
export class RotationTimer {
  readonly #races = new Map<PolicyName, Race>();
  readonly #observe: (seconds: number) => void;

  /** @param observe called with the seconds of each rotation that reached every namespace */
  constructor(observe: (seconds: number) => void) {
    this.#observe = observe;
  }

  /**
   * A rotation that overtakes another one counts from its own beginning; where no namespace has a copy there is nothing to measure.
   * @param now milliseconds, monotonic
   */
  began(policy: PolicyName, version: string, namespaces: Iterable<NamespaceName>, now: number): void {
    const outstanding = new Set(namespaces);
    if (outstanding.size === 0) this.#races.delete(policy);
    else this.#races.set(policy, { version, started: now, outstanding });
  }

  reached(policy: PolicyName, version: string, namespace: NamespaceName, now: number): void {
    const race = this.#races.get(policy);
    if (race?.version !== version) return;
    race.outstanding.delete(namespace);
    if (race.outstanding.size > 0) return;
    this.#races.delete(policy);
    this.#observe((now - race.started) / 1000);
  }

  /** The namespace is gone, or wanted by these policies only: it holds up no other rotation. */
  left(namespace: NamespaceName, wanted: ReadonlySet<PolicyName>, now: number): void {
    for (const [policy, { version, outstanding }] of this.#races) {
      if (outstanding.has(namespace) && !wanted.has(policy)) this.reached(policy, version, namespace, now);
    }
  }
}

/** Takes the time from the first sight of a namespace or ServiceAccount to the moment when it is in order. */
export class SyncTimer {
  readonly #since = new Map<NamespaceName, number>();
  readonly #observe: (seconds: number) => void;

  constructor(observe: (seconds: number) => void) {
    this.#observe = observe;
  }

  appeared(namespace: NamespaceName, now: number): void {
    if (!this.#since.has(namespace)) this.#since.set(namespace, now);
  }

  /** @param concerned whether any policy wanted something there; else nothing was measured */
  inOrder(namespace: NamespaceName, concerned: boolean, now: number): void {
    const since = this.#since.get(namespace);
    if (since === undefined) return;
    this.#since.delete(namespace);
    if (concerned) this.#observe((now - since) / 1000);
  }

  forget(namespace: NamespaceName): void {
    this.#since.delete(namespace);
  }
}
