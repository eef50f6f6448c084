import { expect } from 'chai';
import { OPERATOR_NAME } from '../../src/names.ts';
import { auditEvents, auditMark } from '../cluster/audit.ts';
import { useWorld } from './world.ts';

const USER = `system:serviceaccount:${OPERATOR_NAME}:${OPERATOR_NAME}`;
const NAMESPACES = 150;
/** The status follows the counts at most this often (flow.ts). */
const PACE_MS = 500;
/** The name under which it writes, a first count, the last one, and the clock of another process. */
const MARGIN = 4;

describe('the status of a policy', function () {
  this.timeout(120_000);
  const world = useWorld('pace');

  it(`is not written for each of ${NAMESPACES} namespaces that come into order, but twice a second`, async () => {
    const scene = world().scene('initial');
    const suffixes = Array.from({ length: NAMESPACES }, (_, index) => index.toString());
    await Promise.all(suffixes.map((suffix) => scene.namespace(suffix)));
    await scene.source();
    const { auditLog } = world().cluster.plane;
    const mark = await auditMark(auditLog);
    const begun = performance.now();
    await scene.policy();
    await scene.untilSynced(NAMESPACES);
    const elapsed = performance.now() - begun;

    const written = (await auditEvents(auditLog, mark)).filter(
      ({ user, objectRef }) => user.username === USER && objectRef?.subresource === 'status',
    );
    expect(written.length)
      .to.be.greaterThan(0)
      .and.at.most(MARGIN + elapsed / PACE_MS);
  });
});
