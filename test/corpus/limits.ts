import { CONTAINERD_LIMITS } from './limits-containerd.ts';
import { DAEMON_LIMITS } from './limits-daemons.ts';
import { REGISTRY_LIMITS } from './limits-registries.ts';
import type { Template } from './template.ts';

export const LIMITS: readonly Template[] = [...CONTAINERD_LIMITS, ...DAEMON_LIMITS, ...REGISTRY_LIMITS];
