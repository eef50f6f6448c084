import { logToStderr } from '../../test/cluster/log.ts';
import { sandboxOf } from '../sandbox/environment.ts';
import { launchNode } from './launch.ts';
import { Node } from './node.ts';
import { makeFoldersPrivate } from './private-folders.ts';
import { writeSnapshot } from './snapshot.ts';

/** One node for a whole run of the stories, started when the first of them needs it. Each story keeps to namespaces of its own. */
let shared: Promise<Node> | undefined;

function node(): Promise<Node> {
  const sandbox = sandboxOf();
  shared ??= launchNode(sandbox, logToStderr).then((launched) => new Node(launched, sandbox, logToStderr));
  return shared;
}

/**
 * For the body of a `describe`: has the node ready before its tests, without mocha's time limit. What the cluster looks like when a test has
 * failed is kept beside the logs.
 * @returns the node, to be called within tests and hooks
 */
export function useNode(): () => Node {
  let ready: Node | undefined;
  before('the cluster and its node start', async function () {
    this.timeout(0);
    ready = await node();
  });
  // Before the hooks of whoever uses the node, which may tidy up.
  afterEach(async function () {
    const test = this.currentTest;
    if (test?.state === 'failed' && ready !== undefined) await writeSnapshot(ready, test.fullTitle());
  });
  return () => {
    if (ready === undefined) throw new Error('there is no node: it did not start, or this is no test and no hook');
    return ready;
  };
}

/** Called by mocha before all tests: some have programs run that write to fixed folders, and need no node. */
export async function mochaGlobalSetup(): Promise<void> {
  await makeFoldersPrivate(sandboxOf().folder);
}

/** Called by mocha after all tests. */
export async function mochaGlobalTeardown(): Promise<void> {
  await (await shared?.catch(() => undefined))?.close();
}
