import { expect } from 'chai';
import { table } from '../../../test/table.ts';
import { isDigest, routeOf } from './route.ts';

const cases = table(
  'path                                     | kind     | repository  | reference',
  '/token                                   | token    | -           | -',
  '/v2/                                     | ping     | -           | -',
  '/v2                                      | ping     | -           | -',
  '/v2/library/app/manifests/1              | manifest | library/app | 1',
  '/v2/app/manifests/sha256:ab              | manifest | app         | sha256:ab',
  '/v2/a/b/c/blobs/sha256:ab                | blob     | a/b/c       | sha256:ab',
  '/v2/library/app/tags/list                | tags     | library/app | list',
  '/v2/manifests/manifests/latest           | manifest | manifests   | latest',
  '/v2/library/app                          | -        | -           | -',
  '/v2/library/app/blobs/uploads/           | -        | -           | -',
  '/v1/repositories/library/app/manifests/1 | -        | -           | -',
  '/                                        | -        | -           | -',
);

describe('routes of a registry', () => {
  for (const { title, path, kind, repository, reference } of cases) {
    it(title, () => {
      const route = routeOf(path);
      const content = route !== undefined && 'repository' in route ? route : { repository: '-', reference: '-' };
      expect({ kind: route?.kind ?? '-', ...content }).to.include({ kind, repository, reference });
    });
  }

  it('tells a digest from a tag', () => {
    expect([isDigest('sha256:ab'), isDigest('sha256-ab.sig')]).to.deep.equal([true, false]);
  });
});
