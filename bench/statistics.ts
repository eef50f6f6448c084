/**
 * The value below which `share` of the others lie, by the nearest rank. Pure.
 * @param share from 0 to 1
 * @throws RangeError for no values at all
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  if (value === undefined) throw new RangeError('no values');
  return value;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);
