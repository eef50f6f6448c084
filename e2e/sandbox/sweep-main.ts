/** `node e2e/sandbox/sweep-main.ts NAME`: removes what is left of the sandbox of a process that was killed. */
import { ownerOf } from './mark.ts';
import { sweep } from './sweep.ts';

const [name = ''] = process.argv.slice(2);
if (ownerOf(name) === undefined) throw new Error('usage: sweep-main.ts NAME');
await sweep(name);
