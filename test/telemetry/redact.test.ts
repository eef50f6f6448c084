import { expect } from 'chai';
import fc from 'fast-check';
import { Redactor } from '../../src/telemetry/redact.ts';
import { table } from '../table.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('Redactor', () => {
  it('takes out what it has learnt, every time it occurs, in both kinds of words', () => {
    const redactor = new Redactor();
    redactor.learn(['hunter22']);
    expect(redactor.redact('hunter22, and again hunter22')).to.equal('[redacted], and again [redacted]');
    expect(redactor.redactForeign('hunter22')).to.equal('[redacted]');
  });

  it('takes user names out of the words of others only', () => {
    const redactor = new Redactor();
    redactor.learn([], ['acme-robot']);
    expect(redactor.redactForeign('no such user: acme-robot')).to.equal('no such user: [redacted]');
    expect(redactor.redact('Secret acme-robot does not exist')).to.equal('Secret acme-robot does not exist');
  });

  it('takes the longer one where one secret begins with another', () => {
    const redactor = new Redactor();
    redactor.learn(['hunter', 'hunter22']);
    expect(redactor.redact('hunter22')).to.equal('[redacted]');
  });

  it('takes no character of a secret for an instruction', () => {
    const redactor = new Redactor();
    redactor.learn(['a.c*(d', '$&$1']);
    expect(redactor.redact('abcd a.c*(d $&$1')).to.equal('abcd [redacted] [redacted]');
  });

  it('leaves words alone that are too short to be a secret', () => {
    const redactor = new Redactor();
    redactor.learn(['in', '']);
    expect(redactor.redact('in sync')).to.equal('in sync');
  });

  it('goes on with what it learns later', () => {
    const redactor = new Redactor();
    redactor.learn(['first-secret']);
    redactor.redact('anything');
    redactor.learn(['second-secret']);
    expect(redactor.redact('first-secret second-secret')).to.equal('[redacted] [redacted]');
  });

  it('forgets the oldest when it has learnt thousands, and none of the newest', () => {
    const redactor = new Redactor();
    redactor.learn(['the-oldest']);
    redactor.learn(Array.from({ length: 5_000 }, (_, index) => `secret-${index.toString()}-end`));
    expect(redactor.redact('the-oldest secret-0-end secret-4999-end')).to.equal('the-oldest [redacted] [redacted]');
  });

  it('lets no secret through, whatever stands around it', () => {
    const secret = fc.string({ unit: 'grapheme-ascii', minLength: 4, maxLength: 20 });
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 5 }),
        fc.string(),
        fc.string(),
        (secrets, before, after) => {
          const redactor = new Redactor();
          redactor.learn(secrets);
          for (const each of secrets) {
            const clean = redactor.redact(`${before}${each}${after}`);
            if (!'[redacted]'.includes(each) && !`${before}${after}`.includes(each))
              expect(clean.includes(each)).to.equal(false);
          }
        },
      ),
      { seed: 7 },
    );
  });
});

describe('what looks like a credential', () => {
  const redactor = new Redactor();
  const cases = table(
    'text                                               | becomes',
    'token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx.c2ln bad     | token [redacted] bad',
    'dckr_pat_AbC-123_xyz is expired                     | [redacted] is expired',
    'ghp_0123456789abcdefghij is expired                 | [redacted] is expired',
    'glpat-0123456789abcdefghij is expired               | [redacted] is expired',
    '{"auth":"dXNlcjpwYXNz","email":"a@b.c"}             | {"auth":"[redacted]","email":"a@b.c"}',
    '{"password": "x"}                                   | {"password": "[redacted]"}',
    '{".dockerconfigjson":"e30="}                        | {".dockerconfigjson":"[redacted]"}',
    'Authorization: Basic dXNlcjpwYXNz                   | Authorization: Basic [redacted]',
    'Authorization: Bearer abcdefgh.ijkl                 | Authorization: Bearer [redacted]',
    // What people need to read stays.
    'Secret team/registry-credentials exists             | Secret team/registry-credentials exists',
    'exceeded quota: objects, requested: count/secrets=1 | exceeded quota: objects, requested: count/secrets=1',
    'Basic authentication failed                         | Basic [redacted] failed',
    'https://index.docker.io/v1/                         | https://index.docker.io/v1/',
  );
  for (const { text, becomes } of cases) {
    it(`${text} becomes ${becomes}`, () => {
      expect(redactor.redact(text)).to.equal(becomes);
    });
  }

  it('in the words of others is a long run of base64 too, and no digest', () => {
    const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
    const encoded = base64(JSON.stringify({ auths: { 'quay.io': { auth: base64('robot:hunter22 and more') } } }));
    expect(redactor.redactForeign(`denied: ${encoded} for ${digest}`)).to.equal(`denied: [redacted] for ${digest}`);
  });
});
