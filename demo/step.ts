import type { Narrator } from './narrator.ts';
import type { Stage } from './stage.ts';

export interface Step {
  readonly title: string;
  /**
   * Does something and waits until it can be seen in the cluster.
   * @returns a few words on what was seen
   * @throws Error with what was not
   */
  readonly run: (stage: Stage) => Promise<string | undefined>;
}

/**
 * Takes the steps in order and tells of each.
 * @throws StepFailed for the first that was not observed; none is taken after it
 */
export async function takeSteps(steps: readonly Step[], stage: Stage, narrator: Narrator): Promise<void> {
  for (const { title, run } of steps) {
    const begun = performance.now();
    try {
      const remark = await run(stage);
      narrator.done(title, performance.now() - begun, remark);
    } catch (error) {
      narrator.failed(title, performance.now() - begun, error instanceof Error ? error.message : String(error));
      throw new StepFailed(title, { cause: error });
    }
  }
}

/** A step was not observed. The message is its title. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}
