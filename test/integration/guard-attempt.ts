import { useOperatorCluster } from '../cluster/shared.ts';
import { until } from '../cluster/wait.ts';

const IN_FORCE_WITHIN = 60_000;

export interface Guarded {
  /** What becomes of a kubectl command under the operator's own token: `allowed`, or the guard's sentence. @throws Error for any other failure. */
  readonly attempt: (args: readonly string[], input?: object) => Promise<string>;
  /** Applies objects as administrator. */
  readonly given: (objects: readonly object[]) => Promise<void>;
  /** kubectl's standard output as administrator. @throws Error when it fails. */
  readonly read: (args: readonly string[]) => Promise<string>;
}

/**
 * For the body of a `describe`: the operator's own token, and the means to set the scene.
 * @param probe objects to create, and a command that the guard must refuse; the tests begin when it does
 */
export function useGuarded(probe: { readonly given: readonly object[]; readonly refused: readonly string[] }): Guarded {
  const cluster = useOperatorCluster();

  const given = (objects: readonly object[]): Promise<void> =>
    cluster().plane.apply({ yaml: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) });

  const attempt = async (args: readonly string[], input?: object): Promise<string> => {
    const { plane, kubeconfig } = cluster();
    const { code, stderr } = await plane.kubectl(args, {
      kubeconfig,
      ...(input === undefined ? {} : { input: JSON.stringify(input) }),
    });
    if (code === 0) return 'allowed';
    const denied = /ValidatingAdmissionPolicy '.*' denied request: (.*)/.exec(stderr)?.[1];
    if (denied === undefined) throw new Error(`neither allowed nor refused by the guard: ${stderr}`);
    return denied;
  };

  const read = async (args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await cluster().plane.kubectl(args);
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };

  before(async function () {
    this.timeout(IN_FORCE_WITHIN);
    await given(probe.given);
    const refused = async (): Promise<true | undefined> =>
      (await attempt([...probe.refused, '--dry-run=server'])) === 'allowed' ? undefined : true;
    await until(refused, { what: 'the guard in force', within: IN_FORCE_WITHIN });
  });

  return { attempt, given, read };
}

export const namespace = (name: string): object => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
