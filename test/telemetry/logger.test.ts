import { expect } from 'chai';
import type { Log } from '../../src/runtime/log.ts';
import {
  createLogger,
  LOG_FORMATS,
  LOG_LEVELS,
  type LoggerOptions,
  serializeError,
} from '../../src/telemetry/logger.ts';
import { ApiError } from '../../src/kube/errors.ts';
import { standardErrorOf } from './captured.ts';

const PLANTED = 'planted-password';
const redact = (text: string): string => text.replaceAll(PLANTED, '[redacted]');

const logged = (act: (log: Log) => void, options: Partial<LoggerOptions> = {}): Promise<string> =>
  standardErrorOf(() => {
    act(createLogger({ level: 'info', format: 'json', redact, ...options }));
  });

/** The one entry that was logged, as JSON. */
async function entryOf(act: (log: Log) => void): Promise<Record<string, unknown>> {
  const lines = (await logged(act)).trim().split('\n');
  expect(lines).to.have.lengthOf(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

describe('the JSON log', () => {
  it('has a line an entry, with level, message, time and fields', async () => {
    const entry = await entryOf((log) => {
      log.info('synced', { namespaces: 3, policy: 'p' });
    });
    expect(entry).to.include({ level: 'info', message: 'synced', namespaces: 3, policy: 'p' });
    expect(Date.parse(String(entry['timestamp']))).to.be.greaterThan(0);
  });

  it('adds the fields of a child to each of its lines', async () => {
    const entry = await entryOf((log) => {
      log.child({ component: 'leader' }).child({ term: 2 }).warn('lost', { for: 'good' });
    });
    expect(entry).to.include({ level: 'warn', component: 'leader', term: 2, for: 'good' });
  });

  it('keeps text and error apart, and tells its causes', async () => {
    const root = new Error('connection reset');
    const error = new ApiError({ kind: 'unreachable', method: 'GET', path: '/api', transport: 'ECONNRESET' });
    error.cause = root;
    const entry = await entryOf((log) => {
      log.error('reconcile failed', { err: error });
    });
    expect(entry['message']).to.equal('reconcile failed');
    expect(entry['err']).to.deep.include({ name: 'ApiError', kind: 'unreachable' });
    expect(entry).to.have.nested.property('err.message', 'GET /api: unreachable ECONNRESET');
    expect(entry).to.have.nested.property('err.cause.message', 'connection reset');
    expect(entry).to.have.nested.property('err.stack');
  });
});

describe('the levels', () => {
  for (const [index, level] of LOG_LEVELS.entries()) {
    it(`${level} logs itself and what is worse`, async () => {
      const output = await logged(
        (log) => {
          for (const each of LOG_LEVELS) log[each](`at ${each}`);
        },
        { level },
      );
      const seen = LOG_LEVELS.filter((each) => output.includes(`at ${each}`));
      expect(seen).to.deep.equal(LOG_LEVELS.slice(0, index + 1));
    });
  }
});

describe('an entry below the level', () => {
  it('costs no formatting', async () => {
    const seen: string[] = [];
    const watched = (text: string): string => {
      seen.push(text);
      return text;
    };
    const act = (log: Log): void => {
      log.child({ component: 'pulls' }).debug('one of thousands', { pod: 'p' });
    };
    await logged(act, { redact: watched });
    expect(seen).to.deep.equal([]);
    await logged(act, { redact: watched, level: 'debug' });
    expect(seen).to.include('one of thousands');
  });
});

describe('redaction', () => {
  const acts: Readonly<Record<string, (log: Log) => void>> = {
    'the message': (log) => {
      log.info(`denied for ${PLANTED}`);
    },
    'a field': (log) => {
      log.info('denied', { answer: `for ${PLANTED}` });
    },
    'a field of a field': (log) => {
      log.info('denied', { answer: { list: [{ text: PLANTED }] } });
    },
    'a field of a child': (log) => {
      log.child({ answer: PLANTED }).info('denied');
    },
    'an error': (log) => {
      log.info('denied', { err: new Error(`for ${PLANTED}`) });
    },
    'the cause of an error': (log) => {
      log.info('denied', { err: new Error('denied', { cause: new Error(`for ${PLANTED}`) }) });
    },
  };
  for (const format of LOG_FORMATS) {
    for (const [where, act] of Object.entries(acts)) {
      it(`goes over ${where} before anything else, in ${format}`, async () => {
        const output = await logged(act, { format });
        expect(output).to.include('denied').and.not.include(PLANTED);
      });
    }
  }
});

describe('the log for people', () => {
  it('is one line with level, text, fields and what went wrong', async () => {
    const output = await logged(
      (log) => {
        log.warn('reconcile failed', { key: 'team', counts: { failed: 1 }, err: new Error('no answer') });
      },
      { format: 'pretty' },
    );
    expect(output).to.match(/^\S+ WARN {2}reconcile failed key=team counts=\{"failed":1\} no answer\n$/);
  });
});

describe('serializeError', () => {
  it('ends a chain of causes, also one that leads back to itself', () => {
    const error = new Error('round and round');
    error.cause = error;
    expect(JSON.stringify(serializeError(error)).match(/round and round"/g)).to.have.lengthOf(4);
  });

  it('leaves out a cause that is no error: it may be anything', () => {
    expect(serializeError(new Error('x', { cause: { password: PLANTED } }))).not.to.have.property('cause');
  });
});
