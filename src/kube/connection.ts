import type { RequestOptions } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { Clock } from '../runtime/clock.ts';

/** Tokens and certificates on disk change under a running process; this is how soon that is seen. */
const REFRESH_MS = 10_000;
/** Shorter than the 90 s after which the API server closes an idle connection, and than the 60 s of common load balancers. */
const IDLE_MS = 30_000;
/** Then the kernel probes; a peer that is gone is found about ten probes later. */
const TCP_KEEP_ALIVE_MS = 15_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** For an exec plugin that hangs. */
const CREDENTIALS_TIMEOUT_MS = 30_000;

/** Where to send requests now, and with which headers. */
export interface Link {
  readonly origin: string;
  /** Host and port. */
  readonly host: string;
  /** Path of the API server behind a gateway, else ''. */
  readonly basePath: string;
  /** Name, value, name, value, … */
  readonly headers: readonly string[];
  readonly requests: Dispatcher;
  /** Watches hold their connections for minutes: on the pool of the requests they would starve them. */
  readonly watches: Dispatcher;
}

interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

interface Pools {
  readonly fingerprint: string;
  readonly requests: Dispatcher;
  readonly watches: Dispatcher;
}

export interface ConnectionOptions {
  readonly kubeConfig: KubeConfig;
  /** How many requests may be under way at once; watches do not count. */
  readonly connections: number;
  readonly clock: Clock;
}

/** Pooled connections to one API server, with the authentication that a KubeConfig gives. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #open = new Set<Pools>();
  #link: Link | undefined;
  #readAt = 0;
  #reading: Promise<Link> | undefined;
  #pools: Pools | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Host and port of the server, for metrics; '' until the first request. */
  get host(): string {
    return this.#link?.host ?? '';
  }

  /**
   * The link to use for a request. Reads credentials again when they are older than ten seconds, and opens new pools
   * when CA or certificate changed; the old ones finish what they have. If reading fails, the last good link stands.
   * @throws Error when no credentials could be read yet
   */
  current(): Link | Promise<Link> {
    const fresh = this.#options.clock.now() - this.#readAt < REFRESH_MS;
    if (this.#link !== undefined && fresh) return this.#link;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** The server refused the credentials: they are read again before the next request. */
  refused(): void {
    this.#readAt = -Infinity;
  }

  /** Ends every connection and what is under way on it. */
  async close(): Promise<void> {
    const open = [...this.#open];
    this.#open.clear();
    await Promise.all(open.flatMap(({ requests, watches }) => [requests.destroy(), watches.destroy()]));
  }

  async #read(): Promise<Link> {
    const { kubeConfig, clock } = this.#options;
    const options: RequestOptions = {};
    try {
      await within(clock, CREDENTIALS_TIMEOUT_MS, kubeConfig.applyToHTTPSOptions(options));
    } catch (error) {
      if (this.#link === undefined) throw error;
      this.#readAt = clock.now();
      return this.#link;
    }
    const cluster = kubeConfig.getCurrentCluster();
    const { origin, host, pathname } = new URL(cluster?.server ?? '');
    const { requests, watches } = this.#poolsFor(origin, tlsMaterial(options), cluster?.proxyUrl);
    const basePath = pathname === '/' ? '' : pathname.replace(/\/$/, '');
    this.#link = { origin, host, basePath, headers: headersOf(options), requests, watches };
    this.#readAt = clock.now();
    return this.#link;
  }

  #poolsFor(origin: string, tls: TlsMaterial, proxyUrl: string | undefined): Pools {
    const fingerprint = JSON.stringify(tls);
    if (this.#pools?.fingerprint === fingerprint) return this.#pools;
    if (this.#pools !== undefined) this.#retire(this.#pools);
    const shared = { ...tls, ...sharedContext(tls) };
    const pool = (connections: number | null): Dispatcher => openPool(origin, shared, connections, proxyUrl);
    this.#pools = { fingerprint, requests: pool(this.#options.connections), watches: pool(null) };
    this.#open.add(this.#pools);
    return this.#pools;
  }

  /** Lets requests and watches that are under way end by themselves. */
  #retire(pools: Pools): void {
    const forget = (): boolean => this.#open.delete(pools);
    Promise.all([pools.requests.close(), pools.watches.close()]).then(forget, forget);
  }
}

/** @throws Error when `work` takes longer than `ms` milliseconds */
function within(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimer(ms, () => {
      reject(new Error('no credentials in time'));
    });
    work.then(resolve, reject).finally(cancel);
  });
}

/**
 * One TLS context for all connections: a context of its own takes each as long as the handshake. None where the certificates do not parse: then every
 * connection tries again, and fails with the reason.
 */
function sharedContext(tls: TlsMaterial): { readonly secureContext?: SecureContext } {
  try {
    return { secureContext: createSecureContext(tls) };
  } catch {
    return {};
  }
}

/** HTTP/1.1 on purpose: one GOAWAY on a shared connection would end every watch at once. */
function openPool(
  origin: string,
  tls: TlsMaterial & { readonly secureContext?: SecureContext },
  connections: number | null,
  proxyUrl: string | undefined,
): Dispatcher {
  const common = {
    connections,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: IDLE_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const tcp = { keepAlive: true, keepAliveInitialDelay: TCP_KEEP_ALIVE_MS };
  if (proxyUrl !== undefined)
    return new ProxyAgent({ ...common, uri: proxyUrl, requestTls: { ...tls, ...tcp }, connect: tcp });
  return new Pool(origin, { ...common, connect: { ...tls, ...tcp } });
}

function tlsMaterial({ ca, cert, key, passphrase, servername, rejectUnauthorized }: RequestOptions): TlsMaterial {
  return {
    ...(ca !== undefined && { ca: pem(ca) }),
    ...(cert !== undefined && { cert: pem(cert) }),
    ...(key !== undefined && { key: pem(key) }),
    ...(passphrase !== undefined && { passphrase }),
    ...(servername !== undefined && { servername }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
  };
}

function pem(material: NonNullable<RequestOptions['ca' | 'cert' | 'key']>): string {
  const parts = Array.isArray(material) ? material : [material];
  return parts
    .map((part) => (typeof part === 'string' || Buffer.isBuffer(part) ? part.toString() : part.pem.toString()))
    .join('\n');
}

/** Values are trimmed: a token file often ends in a newline, which no header may hold. */
function headersOf({ auth, headers }: RequestOptions): string[] {
  const flat: string[] = [];
  if (typeof auth === 'string') flat.push('authorization', `Basic ${Buffer.from(auth).toString('base64')}`);
  if (headers === undefined || Array.isArray(headers)) return flat;
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat.push(name.toLowerCase(), String(value).trim());
  }
  return flat;
}
