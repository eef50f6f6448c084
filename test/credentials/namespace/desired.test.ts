import { expect } from 'chai';
import { policyName } from '../../../src/api/keys.ts';
import type { RegistryCredentialPolicySpec } from '../../../src/api/generated.ts';
import {
  type Contributor,
  desiredCopy,
  type ExistingContent,
  needsExisting,
  type Role,
} from '../../../src/credentials/namespace/desired.ts';
import { readDockerConfig } from '../../../src/credentials/sources/docker-config.ts';
import { items, table } from '../../table.ts';
import { base64, contributor, entry, policy } from '../build.ts';

/** Policies by age, the oldest first: `a` before `b` before `c`. */
const aged = (name: string, spec: Partial<RegistryCredentialPolicySpec> = {}) =>
  policy(name, { created: `2026-01-0${(name.charCodeAt(0) - 96).toString()}T00:00:00Z`, spec });

/** Reads `docker.io ghcr.io` or `docker.io (frozen)`. */
function part(name: string, cell: string): readonly Contributor[] {
  if (cell === '-') return [];
  const role = /\((frozen|observing)\)/.exec(cell)?.[1];
  const as: Role = role === 'frozen' || role === 'observing' ? role : 'live';
  return [contributor(aged(name), items(cell.replace(/ ?\(.*\)/, '')), as)];
}

/** Reads `a:docker.io b:ghcr.io`: what lies in the copy, and who fed it; every key with an old password of its feeder. */
function existing(cell: string): ExistingContent | undefined {
  if (cell === '-') return undefined;
  const pairs = items(cell).map((item): [string, string] => {
    const [name = '', key = ''] = item.split(':');
    return [name, key];
  });
  const feeders = new Set(pairs.map(([name]) => name));
  return {
    contributions: new Map(
      [...feeders].map((name) => [policyName(name), pairs.filter(([who]) => who === name).map(([, key]) => key)]),
    ),
    entries: pairs.map(([name, key]) => entry(key, `${name}:old`)),
  };
}

/** What the Secret would hold, as `key=login`, where `login` is the feeder, with `'` where the password is the old one. */
function held(desired: ReturnType<typeof desiredCopy>): string {
  const read = readDockerConfig({ metadata: { name: 'x' }, data: { '.dockerconfigjson': desired?.content ?? '' } });
  const texts = read.map(({ key, fields }) => {
    const [who = '', password] = Buffer.from(String(fields['auth']), 'base64').toString().split(':');
    return `${key}=${who}${password === 'old' ? "'" : ''}`;
  });
  return texts.join(' ') || '-';
}

describe('desiredCopy', () => {
  const cases = table(
    'a (older)             | b (younger)             | the copy now          | holds                    | shadowed',
    'docker.io             | -                       | -                     | docker.io=a              | -',
    'docker.io             | ghcr.io                 | -                     | docker.io=a ghcr.io=b    | -',
    'docker.io             | docker.io               | -                     | docker.io=a              | b:index.docker.io',
    'docker.io             | index.docker.io quay.io | -                     | docker.io=a quay.io=b    | b:index.docker.io',
    'https://ghcr.io/v2/   | ghcr.io                 | -                     | https://ghcr.io/v2/=a    | b:ghcr.io',
    'ghcr.io/team          | ghcr.io                 | -                     | ghcr.io=b ghcr.io/team=a | -',
    '-                     | -                       | -                     | -                        | -',
    // A frozen one keeps what it has in this copy, and gives nothing new.
    "docker.io (frozen)    | ghcr.io                 | a:docker.io           | docker.io=a' ghcr.io=b  | -",
    "quay.io (frozen)      | ghcr.io                 | a:docker.io           | docker.io=a' ghcr.io=b  | -",
    "docker.io (frozen)    | docker.io               | a:docker.io           | docker.io=a'            | b:index.docker.io",
    'docker.io             | docker.io (frozen)      | b:docker.io           | docker.io=a              | b:index.docker.io',
    // Where it has nothing yet, it gives what resolves.
    'docker.io (frozen)    | -                       | -                     | docker.io=a              | -',
    'docker.io (frozen)    | ghcr.io                 | b:ghcr.io             | docker.io=a ghcr.io=b    | -',
    // One that observes is carried along, but neither shadows nor gives anything new.
    "docker.io (observing) | ghcr.io                 | a:docker.io           | docker.io=a' ghcr.io=b  | -",
    "quay.io (observing)   | ghcr.io                 | a:docker.io           | docker.io=a' ghcr.io=b  | -",
    'docker.io (observing) | docker.io               | a:docker.io           | docker.io=b              | -',
    'docker.io (observing) | ghcr.io                 | -                     | ghcr.io=b                | -',
    // A leaver's keys go: only contributors count.
    '-                     | ghcr.io                 | a:docker.io b:ghcr.io | ghcr.io=b                | -',
  );
  for (const row of cases) {
    it(row.title, () => {
      const contributors = [...part('b', row['b (younger)']), ...part('a', row['a (older)'])];
      const desired = desiredCopy(contributors, existing(row['the copy now']));
      expect(held(desired)).to.equal(row.holds);
      const shadowed = [...(desired?.shadowed ?? [])].map(([name, registries]) => `${name}:${registries.join()}`);
      expect(shadowed.join(' ') || '-').to.equal(row.shadowed);
    });
  }

  it('records who feeds which key, those whose keys are all shadowed too', () => {
    const desired = desiredCopy([
      contributor(aged('a'), ['docker.io']),
      contributor(aged('b'), ['index.docker.io']),
      contributor(aged('c'), ['index.docker.io', 'quay.io']),
    ]);
    expect(Object.fromEntries(desired?.contributions ?? [])).to.deep.equal({ a: ['docker.io'], b: [], c: ['quay.io'] });
  });

  it('takes the name where two policies have the same age', () => {
    const both = ['b', 'a'].map((name) => contributor(policy(name), ['docker.io']));
    expect(held(desiredCopy(both))).to.equal('docker.io=a');
  });

  it('joins labels and annotations, and the older wins', () => {
    const labelled = (name: string, value: Record<string, string>) =>
      contributor(aged(name, { secret: { name: 'copy', labels: value, annotations: value } }), [`${name}.io`]);
    const desired = desiredCopy([labelled('b', { team: 'b', b: '1' }), labelled('a', { team: 'a', a: '1' })]);
    expect(desired?.labels).to.deep.equal({ team: 'a', a: '1', b: '1' });
    expect(desired?.annotations).to.deep.equal({ team: 'a', a: '1', b: '1' });
  });

  it('leaves labels of one that observes out', () => {
    const observing = aged('a', { secret: { name: 'copy', labels: { team: 'a' } } });
    const copy = { contributions: new Map([[policyName('a'), ['a.io']]]), entries: [entry('a.io')] };
    const desired = desiredCopy([contributor(observing, [], 'observing'), contributor(aged('b'), ['b.io'])], copy);
    expect(desired?.labels).to.deep.equal({});
  });

  it('adopts only if all that vote say so', () => {
    const votes = table(
      'a     | b     | c (observing) | adopt',
      'Adopt | Adopt | -             | yes',
      'Adopt | Fail  | -             | no',
      'Fail  | Fail  | -             | no',
      'Adopt | Adopt | Fail          | yes',
    );
    for (const row of votes) {
      const vote = (name: string, cell: string, role: Role) =>
        cell === 'Adopt' || cell === 'Fail'
          ? [contributor(aged(name, { conflictPolicy: cell }), [`${name}.io`], role)]
          : [];
      const all = [
        ...vote('a', row.a, 'live'),
        ...vote('b', row.b, 'live'),
        ...vote('c', row['c (observing)'], 'observing'),
      ];
      expect(desiredCopy(all)?.adopt, row.title).to.equal(row.adopt === 'yes');
    }
  });

  it('counts its bytes before base64, as the API server does', () => {
    const desired = desiredCopy([contributor(aged('a'), ['ü.io'])]);
    expect(desired?.bytes).to.equal(Buffer.from(desired?.content ?? '', 'base64').length);
    expect(desired?.content).to.equal(base64(Buffer.from(desired?.content ?? '', 'base64').toString()));
  });
});

describe('needsExisting', () => {
  const cases = table('roles | needed', 'live | no', 'live,frozen | yes', 'live,observing | yes');
  for (const { roles, needed } of cases) {
    it(`${roles}: ${needed}`, () => {
      const contributors = items(roles).map((role): Contributor => {
        return contributor(policy(role), [], role === 'frozen' || role === 'observing' ? role : 'live');
      });
      expect(needsExisting(contributors)).to.equal(needed === 'yes');
    });
  }
});
