import { expect } from 'chai';
import { slimAccount, slimCopy } from '../../src/credentials/slim.ts';
import { PULL_SECRETS_ANNOTATION } from '../../src/names.ts';
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

describe('what the caches keep of a ServiceAccount', () => {
  const RECORD = PULL_SECRETS_ANNOTATION;
  const named = (count: number, name = 'theirs') => Array.from({ length: count }, () => ({ name }));
  const metadata = {
    name: 'default',
    namespace: 'team',
    labels: { app: 'web' },
    annotations: { [RECORD]: '["ours"]' },
  };

  it('is its whole list, whatever is in it', () => {
    const imagePullSecrets = [...named(300), {}, { name: 'x'.repeat(300) }];
    expect(slimAccount({ metadata, imagePullSecrets })).to.deep.include({
      pullSecrets: imagePullSecrets,
      recorded: ['ours'],
      isOversized: false,
    });
  });

  const cases = [
    { what: 'a name of a megabyte', imagePullSecrets: named(1, 'x'.repeat(1_000_000)) },
    { what: 'very many names', imagePullSecrets: named(20_000, 'a') },
    { what: 'very many entries without a name', imagePullSecrets: Array.from({ length: 20_000 }, () => ({})) },
    { what: 'a record of very many', record: JSON.stringify(named(20_000, 'a').map(({ name }) => name)) },
  ];
  for (const { what, imagePullSecrets = [], record = '["ours"]' } of cases)
    it(`is nothing of its lists where there is ${what}`, () => {
      const slimmed = slimAccount({ metadata: { ...metadata, annotations: { [RECORD]: record } }, imagePullSecrets });
      expect(slimmed).to.deep.include({ pullSecrets: [], recorded: [], retained: [], isOversized: true });
      expect(slimmed.labels).to.deep.equal({ app: 'web' });
    });

  it('is no label where there are very many', () => {
    const labels = Object.fromEntries(Array.from({ length: 5_000 }, (_, nth) => [`label-${nth}`, '']));
    expect(slimAccount({ metadata: { ...metadata, labels } })).to.deep.include({ labels: {}, isOversized: true });
  });
});
