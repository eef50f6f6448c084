/** A setting of the kernel that is one for all namespaces. */
interface KernelSetting {
  readonly name: string;
  /** What the kubelet wants it to be, and would make it. */
  readonly wanted: string;
}

/** Those that a kubelet changes on its machine (`setupKernelTunables` of pkg/kubelet/cm). */
export const KERNEL_SETTINGS: readonly KernelSetting[] = [
  { name: 'vm.overcommit_memory', wanted: '1' },
  { name: 'vm.panic_on_oom', wanted: '0' },
  { name: 'kernel.panic', wanted: '10' },
  { name: 'kernel.panic_on_oops', wanted: '1' },
  { name: 'kernel.keys.root_maxkeys', wanted: '1000000' },
  { name: 'kernel.keys.root_maxbytes', wanted: '25000000' },
];

/** @param name with dots, as sysctl writes it */
export const settingFile = (name: string): string => `/proc/sys/${name.replaceAll('.', '/')}`;
