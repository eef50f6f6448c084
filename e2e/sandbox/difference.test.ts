import { expect } from 'chai';
import { table } from '../../test/table.ts';
import { remains, type Inventory, type TraceKind } from './difference.ts';

const MARK = 'rco-e2e-12';

const EMPTY: Inventory = {
  process: [],
  mount: [],
  'network namespace': [],
  'network link': [],
  'control group': [],
  file: [],
  'kernel setting': [],
};

const isKind = (text: string): text is TraceKind => text in EMPTY;

function inventory(kind: string, what: string): Inventory {
  if (!isKind(kind)) throw new Error(`${kind} is no kind of trace`);
  return what === '-' ? EMPTY : { ...EMPTY, [kind]: [what] };
}

describe('what a run leaves behind', () => {
  const cases = table(
    'kind              | before              | after                         | whose',
    'file              | -                   | -                             | nothing',
    'file              | /tmp/rco-e2e-12     | /tmp/rco-e2e-12               | nothing',
    'file              | /tmp/rco-e2e-12     | -                             | nothing',
    'file              | -                   | /tmp/rco-e2e-12               | own',
    'file              | -                   | /tmp/rco-e2e-123              | others',
    'file              | -                   | /var/log/syslog.1             | others',
    'file              | -                   | /run/containerd               | own',
    'file              | -                   | /var/lib/kubelet/config.yaml  | own',
    'file              | -                   | /etc/cni/net.d                | own',
    'file              | /etc/cni/net.d      | /etc/cni/net.d                | nothing',
    'process           | -                   | sleep (7, 0::/rco-e2e-12/run) | own',
    'process           | -                   | sleep (7, 0::/rco-e2e-5/run)  | others',
    'mount             | -                   | /a of /tmp/rco-e2e-12/b, ext4 | own',
    'mount             | -                   | /mnt of /, tmpfs              | others',
    'network namespace | -                   | net:[4026532417]              | others',
    'network namespace | -                   | litter                        | own',
    'network namespace | litter              | litter                        | nothing',
    'network link      | -                   | rco-e2e-12                    | own',
    'control group     | /sys/pids/docker    | /sys/pids/rco-e2e-12/kubepods | own',
    'kernel setting    | kernel.panic = 0    | kernel.panic = 0              | nothing',
    'kernel setting    | kernel.panic = 0    | kernel.panic = 10             | own',
  );
  for (const { title, kind, before, after, whose } of cases) {
    it(title, () => {
      const { own, others } = remains(inventory(kind, before), inventory(kind, after), MARK);
      const trace = [{ kind, what: after }];
      expect({ own, others }).to.deep.equal({
        own: whose === 'own' ? trace : [],
        others: whose === 'others' ? trace : [],
      });
    });
  }
});
