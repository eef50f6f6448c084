import { useNode } from '../node/shared.ts';
import { Story } from './story.ts';
import { theWorld } from './world.ts';

const TIMEOUT = 300_000;

/**
 * For the body of a `describe`: the world is there before its tests, and everything of the story is gone after each of them.
 * @param name unique; everything that the story makes is called after it
 * @returns to be called within tests and hooks
 */
export function useStory(name: string): () => Story {
  const node = useNode();
  let story: Story | undefined;
  before('registries and operator', async function () {
    this.timeout(0);
    story = new Story(name, await theWorld(node()));
  });
  beforeEach(function () {
    this.timeout(TIMEOUT);
    this.currentTest?.timeout(TIMEOUT);
  });
  afterEach(async function () {
    this.timeout(TIMEOUT);
    await story?.end();
  });
  return () => {
    if (story === undefined)
      throw new Error('the story is there only within tests and hooks, not while they are declared');
    return story;
  };
}
