import { expect } from 'chai';
import { LEASES, NAMESPACES, POLICIES, resourcePath, SECRETS } from '../../src/kube/resources.ts';

describe('resourcePath', () => {
  const cases = [
    { path: resourcePath(SECRETS, {}), expected: '/api/v1/secrets' },
    { path: resourcePath(SECRETS, { namespace: 'a', name: 'b' }), expected: '/api/v1/namespaces/a/secrets/b' },
    { path: resourcePath(NAMESPACES, { name: 'a' }), expected: '/api/v1/namespaces/a' },
    { path: resourcePath(LEASES, { namespace: 'a' }), expected: '/apis/coordination.k8s.io/v1/namespaces/a/leases' },
    {
      path: resourcePath(POLICIES, { name: 'p', subresource: 'status' }),
      expected: '/apis/registrycredentials.dev/v1alpha1/registrycredentialpolicies/p/status',
    },
    {
      path: resourcePath(SECRETS, { namespace: 'a', name: 'x/y?z' }),
      expected: '/api/v1/namespaces/a/secrets/x%2Fy%3Fz',
    },
  ];
  for (const { path, expected } of cases) {
    it(expected, () => {
      expect(path).to.equal(expected);
    });
  }

  for (const name of ['', '.', '..']) {
    it(`refuses the name '${name}', which would make it another URL`, () => {
      expect(() => resourcePath(SECRETS, { namespace: 'a', name })).to.throw(TypeError);
    });
  }
});
