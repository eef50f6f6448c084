const UNIT_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000 };

/** Milliseconds of a duration such as `1h30m` or `15m`; the CRD lets no other form in. 0 for anything else. */
export function durationMs(text: string): number {
  let total = 0;
  for (const [, number = '0', unit = 's'] of text.matchAll(/(\d+)([hms])/g))
    total += Number(number) * (UNIT_MS[unit] ?? 0);
  return total;
}
