import { expect } from 'chai';
import { PULL_SECRETS_ANNOTATION, RETAINED_ANNOTATION } from '../../src/names.ts';
import { namespace, useGuarded } from './guard-attempt.ts';

const NAMESPACE = 'guard-service-accounts';
const REMOVES = 'removes and moves only those entries';
const RECORDS = 'records an entry only in the same change that adds it';
const ADDS = 'adds only names that the ClusterRole';

/** Entries and record before, entries and record after, answer. `ours` stands for registry-credentials. */
const ENTRIES = [
  '-           | -    | ours          | ours   | allowed',
  'theirs      | -    | theirs ours   | ours   | allowed',
  'theirs      | -    | ours theirs   | ours   | allowed',
  'theirs      | ours | theirs ours   | ours   | allowed', // lost, added again
  'theirs ours | ours | theirs        | -      | allowed',
  'ours ours   | ours | ours          | -      | allowed', // a duplicate: only ours goes
  'theirs ours | ours | theirs ours   | -      | allowed', // the record dropped, the entry left
  'theirs ours | -    | theirs ours   | -      | allowed',
  `theirs      | -    | -             | -      | ${REMOVES}`,
  `theirs      | -    | ours          | ours   | ${REMOVES}`,
  `theirs ours | ours | -             | -      | ${REMOVES}`,
  `ours        | -    | -             | -      | ${REMOVES}`, // of our name, but not ours
  `a b         | -    | b a           | -      | ${REMOVES}`,
  `a b         | -    | b ours a      | ours   | ${REMOVES}`,
  `a a         | -    | a             | -      | ${REMOVES}`,
  `a           | -    | a a           | -      | ${REMOVES}`,
  `ours-too    | ours | -             | -      | ${REMOVES}`, // a record holds whole names
  `theirs      | -    | theirs        | theirs | ${RECORDS}`,
  `ours        | -    | ours          | ours   | ${RECORDS}`,
  `-           | -    | -             | theirs | ${RECORDS}`, // before its owner adds it
  `-           | -    | other         | other  | ${ADDS}`,
].map((row, at) => ({ row: row.replaceAll(/ +/g, ' '), ...parse(row), name: `entries-${at}` }));

/** Whether the entry is recorded and retained, before and after; the entry itself stays. */
const RETAINED = [
  'yes no  -> no  yes | allowed',
  'no  yes -> yes no  | allowed',
  'no  yes -> no  no  | allowed',
  'no  no  -> no  yes | marks only those entries as retained that it recorded',
].map((row, at) => ({ row, ...parseRetained(row), name: `retained-${at}` }));

const OTHER_CHANGES: readonly (readonly [string, object, string])[] = [
  ['labels', { metadata: { labels: { a: 'b' } } }, 'no labels'],
  ['a label away', { metadata: { labels: { kept: null } } }, 'no labels'],
  ['an annotation', { metadata: { annotations: { a: 'b' } } }, 'no annotation'],
  ['the value of an annotation', { metadata: { annotations: { kept: 'b' } } }, 'no annotation'],
  ['an annotation away', { metadata: { annotations: { kept: null } } }, 'no annotation'],
  ['mountable secrets', { secrets: [{ name: 'a' }] }, 'nothing of ServiceAccounts but imagePullSecrets'],
  [
    'automountServiceAccountToken',
    { automountServiceAccountToken: true },
    'nothing of ServiceAccounts but imagePullSecrets',
  ],
  ['finalizers', { metadata: { finalizers: ['example.com/a'] } }, 'no owner references and no finalizers'],
  [
    'owner references',
    { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: 'a' }] } },
    'no owner references and no finalizers',
  ],
  [
    'a record that is no JSON array',
    { metadata: { annotations: { [PULL_SECRETS_ANNOTATION]: 'theirs' } } },
    'must be a JSON array of names',
  ],
  [
    'a record with a quote in a name',
    { metadata: { annotations: { [PULL_SECRETS_ANNOTATION]: '["a\\"b"]' } } },
    'must be a JSON array of names',
  ],
];

describe('the guard over ServiceAccounts', function () {
  this.timeout(60_000);
  const { attempt } = useGuarded({
    given: [
      namespace(NAMESPACE),
      account('plain', { labels: { kept: 'a' }, annotations: { kept: 'a' } }, []),
      ...RETAINED.map(({ name, before }) => account(name, before, [{ name: 'registry-credentials' }])),
      ...ENTRIES.map(({ name, before }) => account(name, annotated(before.record), before.entries)),
    ],
    refused: ['label', `--namespace=${NAMESPACE}`, 'serviceaccount', 'plain', 'guard-probe=a'],
  });

  const patch = (name: string, change: object): Promise<string> =>
    attempt([
      'patch',
      `--namespace=${NAMESPACE}`,
      'serviceaccount',
      name,
      '--type=merge',
      '-p',
      JSON.stringify(change),
    ]);

  describe('entries | record -> entries | record | answer', () => {
    for (const { row, name, after, answer } of ENTRIES) {
      it(row, async () => {
        const change = { metadata: annotated(after.record ?? null), imagePullSecrets: after.entries };
        expect(await patch(name, change)).to.contain(answer);
      });
    }
  });

  describe('record retained -> record retained | answer', () => {
    for (const { row, name, change, answer } of RETAINED) {
      it(row, async () => {
        expect(await patch(name, change)).to.contain(answer);
      });
    }
  });

  describe('lets the operator not change', () => {
    for (const [what, change, answer] of OTHER_CHANGES) {
      it(what, async () => {
        expect(await patch('plain', change)).to.contain(answer);
      });
    }
  });
});

interface State {
  readonly entries: readonly object[];
  /** The record's text; absent means no annotation. */
  readonly record?: string;
}

function parse(row: string): { before: State; after: State; answer: string } {
  const [entries = '', record = '', newEntries = '', newRecord = '', answer = ''] = row
    .split('|')
    .map((cell) => cell.trim());
  return { before: state(entries, record), after: state(newEntries, newRecord), answer };
}

function state(entries: string, record: string): State {
  const names = (cell: string): string[] =>
    cell === '-' ? [] : cell.split(' ').map((name) => (name === 'ours' ? 'registry-credentials' : name));
  return {
    entries: names(entries).map((name) => ({ name })),
    ...(record === '-' ? {} : { record: JSON.stringify(names(record)) }),
  };
}

function parseRetained(row: string): { before: object; change: object; answer: string } {
  const [states = '', answer = ''] = row.split('|').map((cell) => cell.trim());
  const [before = [], after = []] = states.split('->').map((side) => side.trim().split(/ +/));
  const names = (word: string | undefined): string | null => (word === 'yes' ? '["registry-credentials"]' : null);
  const marks = ([recorded, retained]: string[]): object => ({
    annotations: { [PULL_SECRETS_ANNOTATION]: names(recorded), [RETAINED_ANNOTATION]: names(retained) },
  });
  const withoutNulls = JSON.parse(
    JSON.stringify(marks(before))
      .replace(/"[^"]+":null,?/g, '')
      .replace(/,}/g, '}'),
  ) as object;
  return { before: withoutNulls, change: { metadata: marks(after) }, answer };
}

/** A null in a merge patch takes the annotation away. */
function annotated(record: string | null | undefined): object {
  return record === undefined ? {} : { annotations: { [PULL_SECRETS_ANNOTATION]: record } };
}

function account(name: string, metadata: object, imagePullSecrets: readonly object[]): object {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name, namespace: NAMESPACE, ...metadata },
    imagePullSecrets,
  };
}
