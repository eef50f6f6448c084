import { readFileSync } from 'node:fs';
import type { Case } from './corpus.ts';

/** The corpus as it is checked in: one message a line, so that a change of a template shows as a change of its messages. */
export const CORPUS_FILE = new URL('messages.jsonl', import.meta.url);

/** Reads the checked-in messages. */
export function readCorpus(): readonly Case[] {
  return readFileSync(CORPUS_FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
}
