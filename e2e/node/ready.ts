import { join } from 'node:path';

/** Appears when a held node is ready; holds the path of the administrator's kubeconfig. */
export const readyFile = (folder: string): string => join(folder, 'ready');
