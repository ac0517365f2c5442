import { LRUCache } from "lru-cache";
import { type Clock, elapsedOf } from "../clock/clock.ts";
import { AuthenticationError, type AuthenticationReason } from "../errors/index.ts";
import { type AuthRequest, headerOf } from "./authenticators/auth-request.ts";
import { isLoopback } from "./authenticators/loopback.ts";
import { networkOf } from "./authenticators/plain-address.ts";
import { prefixOf } from "./tokens/token-secret.ts";

/** Addresses and prefixes of tokens that are remembered; those that failed longest ago are forgotten first. */
const MOST_KEYS = 10_000;

/** What says that somebody tries what is not theirs; not, for example, that nothing was sent, or nobody could be asked. */
const FAILURES: readonly AuthenticationReason[] = ["malformed", "unknown", "expired", "revoked", "rejected"];

/** Whether the reason of a refusal says that whoever sent a request tries what is not theirs. */
export function tellsOfSender(reason: AuthenticationReason): boolean {
  return FAILURES.includes(reason);
}

/** Options of {@link FailedAttempts}. */
export interface FailedAttemptsOptions {
  /** Attempts in a window after which more are refused. */
  readonly limit: number;
  /** Length of a window, from its first attempt on, in milliseconds. */
  readonly windowMs: number;
  readonly clock: Clock;
}

/**
 * Counts attempts at authentication that failed, in this process, by the address that they came from and by the token that they
 * meant. An address that has failed too often is refused. Of a token that was meant too often, those addresses are refused that have
 * failed: whoever has the token goes on. Requests without an address, such as those of a Unix socket, and those of this machine are
 * not limited: a proxy could stand here before everybody.
 */
export class FailedAttempts {
  readonly #options: FailedAttemptsOptions;
  readonly #counted = new LRUCache<string, { failures: number; readonly until: number }>({ max: MOST_KEYS });

  constructor(options: FailedAttemptsOptions) {
    this.#options = options;
  }

  /** @throws AuthenticationError `throttled`, if whoever sent the request has failed too often */
  check(request: AuthRequest): void {
    const [address, token] = keysOf(request);
    if (address === null) return;
    const own = this.#count(address);
    const meant = token === null ? null : this.#count(token);
    const isOver = own.failures >= this.#options.limit;
    const isMeantTooOften = own.failures > 0 && meant !== null && meant.failures >= this.#options.limit;
    if (!isOver && !isMeantTooOften) return;
    const until = isOver ? own.until : (meant ?? own).until;
    throw new AuthenticationError("throttled", "too many attempts have failed: try again later", {
      retryAfterSeconds: Math.max(1, Math.ceil((until - elapsedOf(this.#options.clock)) / 1_000)),
    });
  }

  /** Counts a request that was refused, if that says something of whoever sent it. */
  note(request: AuthRequest, reason: AuthenticationReason): void {
    if (!tellsOfSender(reason)) return;
    const [address, token] = keysOf(request);
    if (address === null) return;
    for (const key of token === null ? [address] : [address, token]) {
      const { failures, until } = this.#count(key);
      this.#counted.set(key, { failures: failures + 1, until });
    }
  }

  #count(key: string): { readonly failures: number; readonly until: number } {
    const now = elapsedOf(this.#options.clock);
    const known = this.#counted.get(key);
    return known !== undefined && known.until > now ? known : { failures: 0, until: now + this.#options.windowMs };
  }
}

/** What a request is counted under: its address, and the prefix of the API token that it has, each null if there is none. */
function keysOf(request: AuthRequest): [address: string | null, token: string | null] {
  if (request.address === null || isLoopback(request.address)) return [null, null];
  return [`address ${networkOf(request.address)}`, tokenKey(request)];
}

function tokenKey(request: AuthRequest): string | null {
  const prefix = meantToken(request);
  return prefix === null ? null : `token ${prefix}`;
}

/** The prefix of the API token that a request means; null if it means none. */
export function meantToken(request: Pick<AuthRequest, "headers">): string | null {
  try {
    return prefixOf(headerOf(request, "authorization")?.replace(/^bearer +/i, "") ?? "");
  } catch {
    // a header that cannot be one names no token; whoever authenticates says so
    return null;
  }
}
