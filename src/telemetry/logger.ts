import winston from 'winston';
import type { Log, LogFields } from '../runtime/log.ts';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Goes over every string before anything else sees it. */
  readonly redact: (text: string) => string;
}

/** A winston logger that writes to standard error, one line an entry. */
export function createLogger({ level, format, redact }: LoggerOptions): Log {
  const redaction = winston.format((info) => Object.assign(info, redactAll(info, redact)));
  const logger = winston.createLogger({
    level,
    format: winston.format.combine(
      redaction(),
      winston.format.timestamp(),
      format === 'json' ? winston.format.json() : pretty,
    ),
    transports: new winston.transports.Console({ stderrLevels: [...LOG_LEVELS] }),
  });
  return wrap(logger);
}

/** winston joins the message of an `err` passed beside the text; fields go through here instead. */
function wrap(logger: winston.Logger): Log {
  return {
    // winston formats an entry before it looks at the level; in a storm of pull failures that would be a tenth of the processor time.
    debug: (message, fields) => {
      if (logger.isDebugEnabled()) logger.debug(message, toPlain(fields));
    },
    info: (message, fields) => void logger.info(message, toPlain(fields)),
    warn: (message, fields) => void logger.warn(message, toPlain(fields)),
    error: (message, fields) => void logger.error(message, toPlain(fields)),
    child: (fields) => wrap(logger.child(fields)),
  };
}

const toPlain = (fields: LogFields = {}): LogFields =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? serializeError(value) : value]),
  );

const MAX_CAUSES = 3;

/** Errors have no enumerable message, stack or cause. */
export function serializeError(error: Error, depth = 0): LogFields {
  const { cause } = error;
  return {
    name: error.name,
    message: error.message,
    ...('kind' in error && { kind: error.kind }),
    ...('code' in error && { code: error.code }),
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(cause instanceof Error && depth < MAX_CAUSES && { cause: serializeError(cause, depth + 1) }),
  };
}

function redactAll(value: object, redact: (text: string) => string): object {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [key, redactValue(inner, redact)]),
  );
}

function redactValue(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact));
  return typeof value === 'object' && value !== null ? redactAll(value, redact) : value;
}

const pretty = winston.format.printf(({ timestamp, level, message, ...fields }) => {
  const { err, ...rest } = fields;
  const shown = Object.entries(rest).map(
    ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const failure = typeof err === 'object' && err !== null && 'message' in err ? [String(err.message)] : [];
  return [String(timestamp), level.toUpperCase().padEnd(5), String(message), ...shown, ...failure].join(' ');
});
