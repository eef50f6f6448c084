import { join } from 'node:path';

/** What config/samples/docker-hub.yaml names. */
export const POLICY = 'docker-hub';
export const SOURCE = 'docker-hub';
/** The default of `spec.secret.name`. */
export const COPY = 'registry-credentials';
export const SAMPLE = join(import.meta.dirname, '../config/samples/docker-hub.yaml');
