import { runTool } from '../node/tool.ts';

/** A network of two addresses between the machine and a sandbox: in the range for tests of networks (RFC 2544). */
const OUTSIDE = '198.19.213.1';
const INSIDE = '198.19.213.2';
const MASK = 30;
const INSIDE_LINK = 'host0';

/**
 * Makes the servers of a sandbox reachable from the machine. Nothing listens on the machine's end, and the link goes with the sandbox.
 * @param name of the link on the machine
 * @param inside a process in the sandbox
 * @returns the address inside
 * @throws Error when the machine has a route to that address already
 */
export async function linkToHost(name: string, inside: number): Promise<string> {
  const routes = await runTool('ip', ['route', 'show', 'match', INSIDE]);
  const taken = routes.split('\n').find((route) => route !== '' && !route.startsWith('default'));
  if (taken !== undefined) throw new Error(`${INSIDE} is somebody else's on this machine: ${taken.trim()}`);
  await runTool('ip', ['link', 'add', name, 'type', 'veth', 'peer', 'name', INSIDE_LINK, 'netns', String(inside)]);
  await runTool('ip', ['addr', 'add', `${OUTSIDE}/${MASK}`, 'dev', name]);
  await runTool('ip', ['link', 'set', name, 'up']);
  const enter = [`--net=/proc/${inside}/ns/net`, 'ip'];
  await runTool('nsenter', [...enter, 'addr', 'add', `${INSIDE}/${MASK}`, 'dev', INSIDE_LINK]);
  await runTool('nsenter', [...enter, 'link', 'set', INSIDE_LINK, 'up']);
  return INSIDE;
}
