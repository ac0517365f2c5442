import { createServer, type Server as HttpServer, IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { isLoopback } from "../auth/authenticators/loopback.ts";
import { NoneAuthenticator } from "../auth/authenticators/none-authenticator.ts";
import { ConfigurationError } from "../errors/index.ts";
import { type App, createApp } from "./app.ts";
import type { AppOptions } from "./app-options.ts";
import { eventMask } from "./event-mask.ts";
import { ELSEWHERE, LOCAL, type RequestOrigin } from "./http/request-origin.ts";
import { TrustedProxies } from "./http/trusted-proxies.ts";
import { LiveDesk } from "./live/live-desk.ts";
import { clearSocket } from "./local-socket.ts";
import type { ServerParts } from "./server-parts.ts";

/** Where a server listens. */
export interface ListenOptions {
  /** Default: 127.0.0.1. Others are refused without authentication. */
  readonly host?: string;
  /** 0: any that is free. Default: 8377. */
  readonly port?: number;
  /** With what it speaks HTTPS. Default: it speaks HTTP. */
  readonly tls?: TlsFiles | undefined;
}

/** A certificate, those between it and its authority, and its key, as texts in PEM. */
export interface TlsFiles {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** A server that listens. */
export interface Listening {
  /** Such as `http://127.0.0.1:8377`, `https://...`; `unix:` and the path for a socket. */
  readonly url: string;
}

/** Answers a request of Node's own server, of Connect and of Express. */
export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** What a server is given of its parts: the others are its own. */
export type GivenParts = Omit<ServerParts, "closing" | "eventMask" | "live">;

/** Address on which a server listens unless it is told another one: this machine alone. */
export const DEFAULT_HOST = "127.0.0.1";
/** Port on which a server listens unless it is told another one. */
export const DEFAULT_PORT = 8377;
/** Longest time for requests that are under way when a server closes, in milliseconds. */
const DEFAULT_GRACE_MS = 10_000;
/** Time between two looks for connections that have become idle while the server closes, in milliseconds. */
const SWEEP_MS = 100;

/** The application with the servers that it listens with, if any. */
export class Server {
  readonly app: App;
  /** Those who watch what happens. */
  readonly live: LiveDesk;
  readonly #parts: ServerParts;
  readonly #closing = new AbortController();
  readonly #servers: (HttpServer | HttpsServer)[] = [];
  readonly #overrideGlobals: boolean;
  readonly #proxies: TrustedProxies;
  readonly #graceMs: number;

  /** @throws ConfigurationError for a trusted proxy, or a limit of GraphQL, that is none */
  constructor(parts: GivenParts, options: AppOptions = {}) {
    const mask = eventMask(parts.engine.events.mask, parts.redact);
    const whole = { ...parts, closing: this.#closing.signal, eventMask: mask };
    this.live = new LiveDesk(whole, options.live);
    this.#parts = { ...whole, live: this.live };
    this.#overrideGlobals = options.overrideGlobals ?? false;
    this.#proxies = new TrustedProxies(options.trustedProxies, options.proxyHeaders);
    this.#graceMs = options.graceMs ?? DEFAULT_GRACE_MS;
    this.app = createApp(this.#parts, options);
  }

  /**
   * Listens on a port.
   * @throws ConfigurationError for an address that others reach, without authentication, and for a certificate or a key that is none
   */
  listen({ host = DEFAULT_HOST, port = DEFAULT_PORT, tls }: ListenOptions = {}): Promise<Listening> {
    const isOpen = this.#parts.auth.authenticator instanceof NoneAuthenticator;
    if (isOpen && host !== "localhost" && !isLoopback(host)) {
      throw new ConfigurationError(
        `without authentication the server listens on this machine's own addresses only, not on ${host}`,
        {
          context: {
            option: "auth.authentication_enabled",
            value: false,
            expected: "true, with an authenticator_class",
          },
        },
      );
    }
    const server = tls === undefined ? createServer(this.http()) : openTls(tls, this.http());
    return this.#open(server, () => server.listen({ host, port }));
  }

  /** Listens on a Unix socket: whoever can open it may do everything, so it is for the user of this process alone. */
  async listenLocally(path: string): Promise<Listening> {
    await clearSocket(path);
    const server = createServer(this.#listener(() => LOCAL));
    return this.#open(server, () => {
      const mask = process.umask(0o177);
      try {
        server.listen({ path });
      } finally {
        process.umask(mask);
      }
    });
  }

  /** What answers requests in a server of your own: `createServer(server.http())`, `app.use("/tasker", server.http())`. */
  http(): NodeHandler {
    return this.#listener((incoming) => this.#proxies.originOf(incoming));
  }

  /**
   * Answers a request that something took which is no server of Node's.
   * @param origin where it came from. Default: from elsewhere, so that only those who are authenticated get an answer
   */
  fetch(request: Request, origin: RequestOrigin = ELSEWHERE): Promise<Response> {
    return Promise.resolve(this.app.fetch(request, { origin }));
  }

  /** Answers a request of this process itself, which may do everything. */
  fetchLocally(request: Request): Promise<Response> {
    return this.fetch(request, LOCAL);
  }

  /** Takes no more requests, ends streams, and waits for what is under way, for `graceMs` at most. Default: what the options say. */
  async close({ graceMs = this.#graceMs }: { readonly graceMs?: number } = {}): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#servers.splice(0).map((server) => closeServer(server, graceMs)));
    await this.#parts.cache?.settled();
  }

  #open(server: HttpServer | HttpsServer, listen: () => void): Promise<Listening> {
    // A client that sends its headers a byte at a time, or none, holds a connection for so long and no longer.
    server.headersTimeout = 10_000;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.once("listening", () => {
        server.off("error", reject);
        this.#servers.push(server);
        resolve({ url: urlOf(server) });
      });
      listen();
    });
  }

  #listener(origin: (incoming: IncomingMessage) => RequestOrigin): NodeHandler {
    const { app } = this;
    const listener = getRequestListener(
      (request, env) => {
        if (!("incoming" in env) || !(env.incoming instanceof IncomingMessage))
          return app.fetch(request, { origin: ELSEWHERE });
        const { incoming } = env;
        return app.fetch(request, {
          origin: origin(incoming),
          headers: incoming.headersDistinct,
          disconnect: () => incoming.socket.destroy(),
        });
      },
      { overrideGlobalObjects: this.#overrideGlobals },
    );
    return (incoming, outgoing) => {
      keepParsedBody(incoming);
      void listener(incoming, outgoing);
    };
  }
}

/** A body that a framework around this one has read is given on as it was. */
function keepParsedBody(incoming: IncomingMessage): void {
  if (!("body" in incoming) || incoming.body === undefined || !incoming.readableEnded || "rawBody" in incoming) return;
  const { body } = incoming;
  const rawBody = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  Object.assign(incoming, { rawBody });
}

function openTls({ cert, key }: TlsFiles, handler: NodeHandler): HttpsServer {
  try {
    return createTlsServer({ cert, key }, handler);
  } catch (cause) {
    const expected = "a certificate and its key in PEM";
    throw new ConfigurationError(`the server cannot speak HTTPS: ${String(cause)}; expected ${expected}`, {
      context: { option: "server.tls_cert_file", expected },
      cause,
    });
  }
}

function urlOf(server: HttpServer | HttpsServer): string {
  const address: AddressInfo | string | null = server.address();
  if (typeof address === "string") return `unix:${address}`;
  if (address === null) throw new RangeError("a server that listens has an address");
  const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return `${server instanceof HttpsServer ? "https" : "http"}://${host}:${address.port}`;
}

function closeServer(server: HttpServer | HttpsServer, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    // Those of streams are idle once these have ended.
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close(() => {
      clearTimeout(timer);
      clearInterval(sweep);
      resolve();
    });
  });
}
