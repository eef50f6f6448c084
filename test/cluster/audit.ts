import { open } from 'node:fs/promises';

/** One completed request, as the API server's audit log tells it. Bodies are never in it. */
export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus?: { readonly code?: number };
  /** RFC 3339 with microseconds. */
  readonly requestReceivedTimestamp: string;
}

/** The length of the audit log now, in bytes: the place from which `auditEvents` reads what comes later. */
export async function auditMark(auditLog: string): Promise<number> {
  await using file = await open(auditLog);
  return (await file.stat()).size;
}

/**
 * The requests that ended since a mark, in the order of their ends. The API server writes a line when a request is over, so a watch shows
 * when it closes, and the line of a request may come a moment after its answer: await it.
 * @param mark from `auditMark`; 0 for all
 */
export async function auditEvents(auditLog: string, mark = 0): Promise<AuditEvent[]> {
  await using file = await open(auditLog);
  const { size } = await file.stat();
  const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.max(0, size - mark)), 0, undefined, mark);
  const text = buffer.toString('utf8', 0, bytesRead);
  // The last line may be half written.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map(parse);
}

function parse(line: string): AuditEvent {
  const event: unknown = JSON.parse(line);
  if (!isAuditEvent(event)) throw new Error('a line of the audit log is no event of a request');
  return event;
}

const isAuditEvent = (value: unknown): value is AuditEvent =>
  typeof value === 'object' && value !== null && 'verb' in value && 'requestURI' in value && 'user' in value;
