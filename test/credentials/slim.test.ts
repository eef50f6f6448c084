import { expect } from 'chai';
import { slimCopy } from '../../src/credentials/slim.ts';
import { base64 } from './build.ts';

describe('what the caches keep of a copy, or of a foreign Secret in its way', () => {
  const content = base64('{"auths":{"quay.io":{"password":"hunter2"}}}');
  const kept = slimCopy({
    metadata: {
      name: 'copy',
      namespace: 'team',
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ data: { '.dockerconfigjson': content } }),
        theirs: 'yes',
      },
    },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': content },
  });

  it('has no credential in it, not even the one that kubectl apply left in an annotation', () => {
    expect(JSON.stringify(kept)).to.not.contain(content);
  });

  it('has all other annotations', () => {
    expect(kept.annotations).to.deep.equal({ theirs: 'yes' });
  });
});
