import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { PullPlan } from './arguments.ts';
import type { Field } from './field.ts';

/** `Warning` is what kubelets write; `Normal` costs the API server the same, and the operator does not watch it. */
export type EventType = 'Normal' | 'Warning';

/**
 * Lets a process of its own write Events about every waiting pod, so that what is timed here does not wait for it.
 * @returns the writes in each second that the API server took
 * @throws Error with its words when the process fails
 */
export async function storm({ plane }: Field, type: EventType, { eventsPerPod, perSecond }: PullPlan): Promise<number> {
  const script = fileURLToPath(new URL('storm-process.ts', import.meta.url));
  const args = [script, plane.adminKubeconfig, type, String(eventsPerPod), String(perSecond)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}
