import { runTool } from '../node/tool.ts';

/**
 * The shared libraries that programs are loaded with, the loader among them.
 * @param programs absolute paths
 * @returns absolute paths, each once
 * @throws Error when a library is not on this machine, or a program is not dynamically linked
 */
export async function librariesOf(programs: readonly string[]): Promise<readonly string[]> {
  const said = await Promise.all(programs.map((program) => runTool('ldd', [program])));
  return [...new Set(said.flatMap(parseLdd))];
}

/**
 * The paths in what `ldd` wrote. A line is `NAME => PATH (ADDRESS)`, or `PATH (ADDRESS)` for the loader; the kernel's own `linux-vdso` has no path.
 * @throws Error naming a library that was not found
 */
export function parseLdd(output: string): readonly string[] {
  const missing = /^\s*(\S+) => not found/m.exec(output)?.[1];
  if (missing !== undefined) throw new Error(`the library ${missing} is not on this machine`);
  return [...output.matchAll(/^\s*(?:\S+ => )?(\/\S+) \(0x/gm)].map(([, path = '']) => path);
}
