import type { ReflectorHealth } from '../kube/reflector-health.ts';

/** Why nothing can be said of pulls, where the API server refuses to show what it takes. Pure. @returns a sentence without full stop */
export function whyBlind(
  watched: readonly { readonly name: string; readonly health: ReflectorHealth }[],
): string | undefined {
  const refused = watched.filter(({ health }) => health.state === 'forbidden').map(({ name }) => name);
  return refused.length === 0
    ? undefined
    : `the operator may not list and watch ${refused.join(' and ')}: apply config/rbac again`;
}
