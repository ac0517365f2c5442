import type { GraphqlOptions } from "../graphql/index.ts";
import type { ProxyHeaders } from "./http/trusted-proxies.ts";
import type { LiveBounds } from "./live/live-bounds.ts";

/** What bounds a server, and who may use it from where. */
export interface AppOptions {
  /** Largest body, in bytes. Default: 2,000,000. */
  readonly bodyLimit?: number;
  /** Largest answer but for streams, in bytes: what is larger is refused. Default: 50,000,000. */
  readonly answerLimit?: number;
  /** Longest time for one answer, in milliseconds; streams last as long as their clients stay. Default: 30,000. */
  readonly timeoutMs?: number;
  /** Longest time for requests that are under way when the server closes, in milliseconds. Default: 10,000. */
  readonly graceMs?: number;
  /**
   * Addresses and networks, such as `10.0.0.0/8`, of proxies whose word is taken for where a request comes from, and whether it came
   * over TLS. Default: none; a request comes from the other end of its connection.
   */
  readonly trustedProxies?: readonly string[];
  /** By which headers they say it: `X-Forwarded-For` and `X-Forwarded-Proto`, or `Forwarded`. Default: `x-forwarded`. */
  readonly proxyHeaders?: ProxyHeaders;
  /** Origins of pages in browsers that may call, such as `https://ops.example.com`. Default: none. */
  readonly corsOrigins?: readonly string[];
  /** Most requests from one address in a number of seconds; local calls are not counted. Null: no limit. Default: 10,000 in 10. */
  readonly rateLimit?: { readonly requests: number; readonly seconds: number } | null;
  /**
   * Header with the correlation id of a request, which the tasks that it creates have, too; a request without one gets a new one.
   * It is answered with. Default: `X-Correlation-ID`.
   */
  readonly correlationHeader?: string;
  /** Whether answers are compressed for those who can read that. Default: true. */
  readonly compress?: boolean;
  /**
   * Whether the global `Request` and `Response` are replaced by lighter ones, which halves what a request costs. Only where
   * nothing else in the process minds. Default: false.
   */
  readonly overrideGlobals?: boolean;
  /** Bounds on clients that watch what happens. */
  readonly live?: LiveBounds;
  /** Limits of GraphQL, and whether clients may ask for its schema. */
  readonly graphql?: GraphqlOptions;
}

/** Largest body, in bytes, unless the options say otherwise. */
export const DEFAULT_BODY_LIMIT = 2_000_000;
/** Largest answer, in bytes, unless the options say otherwise. */
export const DEFAULT_ANSWER_LIMIT = 50_000_000;
/** Longest time for one answer, in milliseconds, unless the options say otherwise. */
export const DEFAULT_TIMEOUT_MS = 30_000;
/** Most requests of one address in a number of seconds, unless the options say otherwise. */
export const DEFAULT_RATE_LIMIT = { requests: 10_000, seconds: 10 };
