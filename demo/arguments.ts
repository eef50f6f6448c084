export interface DemoArguments {
  /** End after the last step instead of staying up. */
  readonly once: boolean;
}

export const USAGE = 'usage: make demo [ARGS=--once]';

/**
 * Reads the command line. Pure.
 * @param argv without interpreter and script
 * @returns a sentence about the first argument that is unknown, where there is one
 */
export function parseArguments(argv: readonly string[]): DemoArguments | { readonly problem: string } {
  const unknown = argv.find((argument) => argument !== '--once');
  if (unknown !== undefined) return { problem: `unknown argument '${unknown}'; ${USAGE}` };
  return { once: argv.includes('--once') };
}
