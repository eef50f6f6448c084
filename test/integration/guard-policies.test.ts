import { expect } from 'chai';
import { CLEANUP_FINALIZER } from '../../src/names.ts';
import { useGuarded } from './guard-attempt.ts';

const PLAIN = 'guard-policies-plain';
const HELD = 'guard-policies-held';
const FOREIGN = 'example.com/a';
const FINALIZER = 'no finalizer but registrycredentials.dev/cleanup';
const finalizers = (...names: string[]): object => ({ metadata: { finalizers: names } });

/** What | the policy | the change | answer. Each leaves the policies so that the others hold. */
const CASES: readonly (readonly [string, string, object, string])[] = [
  ['change the spec', PLAIN, { spec: { mode: 'Observe' } }, "no policy's spec"],
  ['widen its own sources', PLAIN, { spec: { credentials: [{ secretRef: { name: 'b' } }] } }, "no policy's spec"],
  ['change labels', PLAIN, { metadata: { labels: { a: 'b' } } }, 'no labels, annotations and owner references'],
  [
    'change annotations',
    PLAIN,
    { metadata: { annotations: { a: 'b' } } },
    'no labels, annotations and owner references',
  ],
  ['add a finalizer of others', PLAIN, finalizers(FOREIGN), FINALIZER],
  ['remove a finalizer of others', HELD, finalizers(), FINALIZER],
  ['put its own in the place of another', HELD, finalizers(CLEANUP_FINALIZER), FINALIZER],
  ['add its own finalizer', HELD, finalizers(FOREIGN, CLEANUP_FINALIZER), 'allowed'],
  ['remove its own finalizer', HELD, finalizers(FOREIGN), 'allowed'],
];

describe('the guard over policies: may the operator', function () {
  this.timeout(60_000);
  const { attempt, read } = useGuarded({
    given: [policy(PLAIN, []), policy(HELD, [FOREIGN])],
    refused: ['label', 'rcp', PLAIN, 'guard-probe=a'],
  });
  after(async () => {
    for (const name of [PLAIN, HELD]) {
      await read(['patch', 'rcp', name, '--type=merge', '-p', JSON.stringify({ metadata: { finalizers: null } })]);
      await read(['delete', 'rcp', name]);
    }
  });

  for (const [what, name, change, answer] of CASES) {
    it(`${what}? ${answer === 'allowed' ? 'Yes' : `No: ${answer}`}`, async () => {
      expect(await attempt(['patch', 'rcp', name, '--type=merge', '-p', JSON.stringify(change)])).to.contain(answer);
    });
  }

  it('write the status? Yes', async () => {
    // By apply, since kubectl patch begins with a GET of the status, to which the operator has no right.
    const applied = { ...policy(PLAIN, []), spec: undefined, status: { observedGeneration: 1 } };
    const args = ['apply', '--server-side', '--subresource=status', '--validate=false', '-f', '-'];
    expect(await attempt(args, applied)).to.equal('allowed');
  });
});

function policy(name: string, held: readonly string[]): object {
  return {
    apiVersion: 'registrycredentials.dev/v1alpha1',
    kind: 'RegistryCredentialPolicy',
    metadata: { name, finalizers: held },
    spec: { credentials: [{ secretRef: { name: 'a' } }], namespaces: { include: ['guard-policies-none'] } },
  };
}
