import { access } from 'node:fs/promises';

/** Whether there is something of that name that this user may look at. */
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
