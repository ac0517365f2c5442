import { LRUCache } from "lru-cache";
import { type Clock, elapsedOf } from "../clock/clock.ts";
import type { Database } from "../database/database.ts";
import type { AuthenticationError } from "../errors/index.ts";
import { recordAudit } from "./audit/record-audit.ts";
import type { AuthRequest } from "./authenticators/auth-request.ts";
import { networkOf } from "./authenticators/plain-address.ts";
import { meantToken, tellsOfSender } from "./failed-attempts.ts";

/** Addresses that are remembered. */
const MOST_ADDRESSES = 10_000;
/** Most entries in a window, of all addresses together. */
const MOST_ENTRIES = 100;

/** What a {@link FailureLog} is made with. */
export interface FailureLogOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** For how long further attempts of an address are not written, in milliseconds. */
  readonly windowMs: number;
  /** Told that an entry could not be written. */
  readonly warn: (message: string) => void;
}

/**
 * Writes to the audit log that somebody has failed to prove who they are: the first time in a window for an address, and when an address
 * is refused from then on, with how often. Whoever tries again and again does not fill it.
 */
export class FailureLog {
  readonly #options: FailureLogOptions;
  readonly #written = new LRUCache<string, { readonly until: number }>({ max: MOST_ADDRESSES });
  #window = { until: 0, entries: 0 };

  constructor(options: FailureLogOptions) {
    this.#options = options;
  }

  /** @returns when it is written, or could not be */
  async note(request: AuthRequest, error: AuthenticationError): Promise<void> {
    const action = error.reason === "throttled" ? "authentication.throttle" : "authentication.fail";
    if (action === "authentication.fail" && !tellsOfSender(error.reason)) return;
    if (!this.#isNew(`${action} ${networkOf(request.address ?? request.transport)}`)) return;
    const { database, clock, warn } = this.#options;
    const { reason, message } = error;
    try {
      await recordAudit(database, {
        ...{ actor: "anonymous", actorKind: "system", source: "authentication", action },
        at: new Date(clock.now()),
        address: request.address ?? undefined,
        resource: "tasker.authentication",
        resourceId: meantToken(request) ?? undefined,
        details: { reason, message, method: request.method, path: request.path.slice(0, 255) },
      });
    } catch (cause) {
      warn(`a failed authentication could not be written to the audit log: ${String(cause)}`);
    }
  }

  #isNew(key: string): boolean {
    const { clock, windowMs } = this.#options;
    const now = elapsedOf(clock);
    if ((this.#written.get(key)?.until ?? 0) > now) return false;
    if (this.#window.until <= now) this.#window = { until: now + windowMs, entries: 0 };
    if (this.#window.entries >= MOST_ENTRIES) return false;
    this.#window.entries += 1;
    this.#written.set(key, { until: now + windowMs });
    return true;
  }
}
