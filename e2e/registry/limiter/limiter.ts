import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { backendGone, notServed, rateLimitHeaders, readOnly, type Realm } from './answers.ts';
import { rateLimitSource, type Client } from './client.ts';
import { isPull, refusal, type Question } from './decide.ts';
import { Exchange } from './exchange.ts';
import { Forwarder } from './forward.ts';
import { PullWindow, type Quota } from './pull-window.ts';
import { RequestLog } from './request-log.ts';
import { Rules } from './rules.ts';
import { TokenServer } from './token-server.ts';
import { Tokens } from './tokens.ts';

/** Docker Hub's window: six hours. */
const WINDOW_SECONDS = 21_600;
/** Docker Hub's tokens live five minutes. */
const TOKEN_SECONDS = 300;
/** No figure is known: an abuse limit ends by itself some time after the requests do. */
const ABUSE_RETRY_SECONDS = 60;

export interface LimiterOptions {
  /** Address and port to listen on; port 0 takes any. */
  readonly host: string;
  readonly port: number;
  /** URL of the registry behind, which holds the images and asks nobody for anything. */
  readonly backend: string;
  /** False: no token without an account. Default true. */
  readonly anonymousAccess?: boolean;
  /** As the challenge names it. */
  readonly service?: string;
  readonly windowSeconds?: number;
  readonly tokenSeconds?: number;
  /** What every 429 says in `retry-after`; without it, when the next pull is free. containerd does not look; skopeo waits. */
  readonly retryAfterSeconds?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/**
 * A registry that limits pulls as Docker Hub does, in front of one that does not: token endpoint, limits by address and by account, an abuse
 * limit, private repositories, and a log of who asked for what. With `anonymousAccess: false` it is a private registry.
 */
export class Limiter {
  readonly rules: Rules;
  readonly log = new RequestLog();
  /** `host:port`, as an image reference or a host's configuration names it. */
  readonly address: string;
  readonly #server: Server;
  readonly #realm: Realm;
  readonly #window: PullWindow;
  readonly #tokens: Tokens;
  readonly #tokenServer: TokenServer;
  readonly #forwarder: Forwarder;
  readonly #retryAfterSeconds: number | undefined;
  readonly #abuseRetryAfter: number;

  private constructor(server: Server, address: string, options: LimiterOptions) {
    this.#server = server;
    this.address = address;
    this.rules = new Rules(options.anonymousAccess ?? true);
    this.#realm = { url: `${this.url}/token`, service: options.service ?? 'registry.docker.io' };
    this.#window = new PullWindow((options.windowSeconds ?? WINDOW_SECONDS) * 1000);
    this.#tokens = new Tokens(options.tokenSeconds ?? TOKEN_SECONDS);
    this.#retryAfterSeconds = options.retryAfterSeconds;
    this.#abuseRetryAfter = options.retryAfterSeconds ?? ABUSE_RETRY_SECONDS;
    this.#tokenServer = new TokenServer(this.rules, this.#tokens, this.#abuseRetryAfter);
    this.#forwarder = new Forwarder(options.backend);
  }

  /** @throws Error when the address is taken */
  static async start(options: LimiterOptions): Promise<Limiter> {
    const server = createServer();
    server.listen(options.port, options.host);
    await once(server, 'listening');
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : options.port;
    const limiter = new Limiter(server, `${options.host}:${port}`, options);
    const now = options.now ?? Date.now;
    server.on('request', (incoming, response) => {
      void limiter.#serve(new Exchange(incoming, response, now(), limiter.log));
    });
    return limiter;
  }

  get url(): string {
    return `http://${this.address}`;
  }

  /** As if nobody had pulled yet. Limits, accounts and the log stay. */
  forgetPulls(): void {
    this.#window.forget();
  }

  /** Ends at once, open answers too. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    this.#forwarder.close();
  }

  async #serve(exchange: Exchange): Promise<void> {
    const { route, method } = exchange;
    if (route === undefined) exchange.answer('anonymous', notServed);
    else if (route.kind === 'token') await this.#tokenServer.serve(exchange);
    else if (method !== 'GET' && method !== 'HEAD') exchange.answer('anonymous', readOnly);
    else await this.#serveContent(exchange, route);
  }

  async #serveContent(exchange: Exchange, route: Question['route']): Promise<void> {
    const { method, time } = exchange;
    const grant = this.#grantOf(exchange);
    const client = typeof grant === 'string' ? 'anonymous' : grant.client;
    const source = rateLimitSource(client, exchange.sourceAddress);
    const quota = this.#quotaOf(client, source, time);
    const { rules } = this;
    const { seconds: windowSeconds } = this.#window;
    const retryAfter = { pull: this.#pullRetryAfter(quota, time), abuse: this.#abuseRetryAfter };
    const refused = refusal({
      ...{ route, method, grant, source, quota },
      ...{ realm: this.#realm, windowSeconds, retryAfter, rules },
    });
    if (refused !== undefined) {
      exchange.answer(client, refused);
      return;
    }
    // Counted before the registry behind is asked, so that two pulls at the same moment cannot both be the last one.
    if (isPull(route, method)) this.#window.count(source, time);
    const left = this.#quotaOf(client, source, time);
    await this.#pass(exchange, client, route.kind === 'manifest' ? rateLimitHeaders(source, left, windowSeconds) : {});
  }

  async #pass(exchange: Exchange, client: Client, headers: Readonly<Record<string, string>>): Promise<void> {
    try {
      await this.#forwarder.forward(exchange.incoming, exchange.response, (status) => {
        exchange.record(client, status);
        return headers;
      });
    } catch {
      // The client may be what has gone: then there is nobody to answer.
      if (!exchange.response.destroyed) exchange.answer(client, backendGone);
    }
  }

  #grantOf({ incoming, time }: Exchange): Question['grant'] {
    const token = /^bearer +(?<token>\S+)$/i.exec(incoming.headers.authorization ?? '')?.groups?.['token'];
    return token === undefined ? 'none' : (this.#tokens.grantOf(token, time) ?? 'invalid');
  }

  #quotaOf(client: Client, source: string, now: number): Quota | undefined {
    const limit = this.rules.limitOf(client);
    return limit === undefined ? undefined : this.#window.quota(source, limit, now);
  }

  #pullRetryAfter(quota: Quota | undefined, now: number): number {
    const wait = quota === undefined ? 0 : Math.ceil((quota.freeAt - now) / 1000);
    return this.#retryAfterSeconds ?? Math.max(1, wait);
  }
}
