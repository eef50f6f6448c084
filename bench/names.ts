/** Names of what the benchmark makes. */

/** Namespaces that count; the policy matches them and no other. */
export const PREFIX = 'bench-';
export const POLICY = 'bench';
export const SOURCE = 'bench';
/** The default of `spec.secret.name`. */
export const COPY = 'registry-credentials';
