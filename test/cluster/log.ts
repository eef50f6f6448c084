/** Takes one line of progress for a person to read, without its line end. */
export type Log = (line: string) => void;

/** Progress goes to standard error, so that a command's output stays clean for pipes. */
export const logToStderr: Log = (line) => {
  process.stderr.write(`${line}\n`);
};

/** A duration as a person says it: `850 ms`, `4.2 s`, `3 min 05 s`. */
export function elapsed(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
