import { expect } from 'chai';
import { table } from '../../../test/table.ts';
import { refusal, type Question } from './decide.ts';
import { Rules, type AbuseScope, type RefusedHeads } from './rules.ts';

const routes: Readonly<Record<string, Question['route']>> = {
  ping: { kind: 'ping' },
  tag: { kind: 'manifest', repository: 'library/app', reference: '1' },
  digest: { kind: 'manifest', repository: 'library/app', reference: 'sha256:ab' },
  layer: { kind: 'blob', repository: 'library/app', reference: 'sha256:ab' },
};
const heads: Readonly<Record<string, RefusedHeads>> = { tags: 'tags', all: 'all', none: 'none' };
const scopes: Readonly<Record<string, AbuseScope>> = { everywhere: 'everywhere', manifests: 'manifests' };

const cases = table(
  'token   | left | heads | abuse      | request     | answer',
  '-       | any  | tags  | -          | HEAD tag    | 401',
  '-       | any  | tags  | -          | GET ping    | 401',
  'expired | any  | tags  | -          | GET digest  | 401 invalid_token',
  'other   | any  | tags  | -          | GET digest  | 401 insufficient_scope',
  'other   | 0    | tags  | -          | HEAD tag    | 401 insufficient_scope',
  'other   | any  | tags  | -          | GET ping    | passed',
  'app     | any  | tags  | -          | HEAD tag    | passed',
  'app     | any  | tags  | -          | GET digest  | passed',
  'app     | 1    | tags  | -          | GET digest  | passed',
  'app     | 0    | tags  | -          | HEAD tag    | 429',
  'app     | 0    | tags  | -          | HEAD digest | passed',
  'app     | 0    | tags  | -          | GET digest  | 429',
  'app     | 0    | tags  | -          | GET tag     | 429',
  'app     | 0    | tags  | -          | GET layer   | passed',
  'app     | 0    | none  | -          | HEAD tag    | passed',
  'app     | 0    | none  | -          | GET tag     | 429',
  'app     | 0    | all   | -          | HEAD digest | 429',
  '-       | any  | tags  | everywhere | HEAD tag    | 429',
  '-       | any  | tags  | everywhere | GET ping    | 429',
  'app     | any  | tags  | everywhere | GET layer   | 429',
  '-       | any  | tags  | manifests  | HEAD tag    | 401',
  'app     | any  | tags  | manifests  | HEAD tag    | passed',
  'app     | any  | tags  | manifests  | GET digest  | 429',
  'app     | any  | tags  | manifests  | GET layer   | passed',
);

describe('what is refused', () => {
  for (const { title, token, left, heads: refused, abuse, request, answer } of cases) {
    it(title, () => {
      const rules = new Rules(true);
      rules.setRefusedHeads(heads[refused] ?? expect.fail(refused));
      if (abuse !== '-') rules.setAbuse('json', scopes[abuse]);
      const [method = '', about = ''] = request.split(' ');
      const said = refusal({
        route: routes[about] ?? expect.fail(about),
        method,
        grant: grantOf(token),
        source: '192.0.2.1',
        quota: left === 'any' ? undefined : { limit: 5, remaining: Number(left), freeAt: 0 },
        realm: { url: 'http://192.0.2.9/token', service: 'hub' },
        windowSeconds: 60,
        retryAfter: { pull: 1, abuse: 2 },
        rules,
      });
      const error = /error="(\w+)"/.exec(said?.headers['www-authenticate'] ?? '')?.[1];
      const found = said === undefined ? 'passed' : [said.status, error].filter((part) => part !== undefined).join(' ');
      expect(found).to.equal(answer);
    });
  }
});

function grantOf(token: string): Question['grant'] {
  if (token === '-') return 'none';
  if (token === 'expired') return 'invalid';
  const repositories = new Set([token === 'app' ? 'library/app' : 'library/other']);
  return { client: 'anonymous', id: 'id', repositories, expiresAt: 0 };
}
