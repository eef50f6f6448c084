type Labels = Readonly<Record<string, string>>;

/** The part of prom-client's Gauge that is used, whatever its labels. */
interface LabelledGauge {
  set(labels: Labels, value: number): void;
  remove(labels: Labels): void;
}

export interface Series {
  readonly gauge: LabelledGauge;
  readonly labels: Labels;
}

/** Remembers which series stand for what, so that they go when it goes: a series that stays tells of a thing that is no more. */
export class OwnedSeries {
  readonly #byOwner = new Map<string, Series[]>();

  /** Replaces all series of `owner`. */
  replace(owner: string, series: readonly (Series & { readonly value: number })[]): void {
    this.remove(owner);
    for (const { gauge, labels, value } of series) gauge.set(labels, value);
    this.#byOwner.set(owner, [...series]);
  }

  /** Removes the series of `owner`. */
  remove(owner: string): void {
    for (const { gauge, labels } of this.#byOwner.get(owner) ?? []) gauge.remove(labels);
    this.#byOwner.delete(owner);
  }

  removeAll(): void {
    for (const owner of [...this.#byOwner.keys()]) this.remove(owner);
  }
}
