import { type Clock, elapsedOf } from "../../clock/clock.ts";
import type { Connection } from "../../database/database.ts";
import { type ApiToken, toApiToken } from "./api-token.ts";
import { selectToken, touchToken } from "./token-statements.ts";

/** A token with the hash of its secret. */
export interface KnownToken {
  readonly token: ApiToken;
  readonly hash: string;
}

/** What {@link TokenDirectory} is made with. */
export interface TokenDirectoryOptions {
  readonly database: Connection;
  readonly clock: Clock;
  /** How long what was read is taken for true, in milliseconds: so long a revocation may take. */
  readonly cacheMs: number;
  /** Most tokens that are kept, those that there are not too. Default: 10,000. */
  readonly capacity?: number;
}

const TOUCH_MS = 60_000;

interface Cached {
  readonly readAt: number;
  readonly found: Promise<KnownToken | null>;
}

/**
 * Finds tokens by their prefixes. What was read is kept for a short time and never longer, whether it is used or not: a token
 * that another process revokes is refused here after that time at the latest, without any message between them.
 */
export class TokenDirectory {
  readonly #options: TokenDirectoryOptions;
  readonly #capacity: number;
  /** Oldest first. */
  readonly #cached = new Map<string, Cached>();

  constructor(options: TokenDirectoryOptions) {
    this.#options = options;
    this.#capacity = options.capacity ?? 10_000;
  }

  /** The token with this prefix, as it was at most `cacheMs` ago; null: there is none. Asked for twice at once, it is read once. */
  find(prefix: string): Promise<KnownToken | null> {
    const { clock, cacheMs } = this.#options;
    const now = elapsedOf(clock);
    const cached = this.#cached.get(prefix);
    if (cached !== undefined && now - cached.readAt < cacheMs) return cached.found;
    const found = this.#read(prefix);
    this.#cached.delete(prefix);
    this.#cached.set(prefix, { readAt: now, found });
    const [oldest] = this.#cached.keys();
    if (this.#cached.size > this.#capacity && oldest !== undefined) this.#cached.delete(oldest);
    found.catch(() => {
      if (this.#cached.get(prefix)?.found === found) this.#cached.delete(prefix);
    });
    return found;
  }

  /** Notes that a token is used, once a minute at most. A note that cannot be written keeps nobody out. */
  async touch({ id, lastUsedAt }: ApiToken): Promise<void> {
    const { database, clock } = this.#options;
    const now = clock.now();
    if (lastUsedAt !== null && now - lastUsedAt.getTime() < TOUCH_MS) return;
    await database.run(touchToken, [id, new Date(now), new Date(now - TOUCH_MS)]).catch(() => undefined);
  }

  async #read(prefix: string): Promise<KnownToken | null> {
    const [row] = await this.#options.database.run(selectToken, [prefix]);
    return row === undefined ? null : { token: toApiToken(row), hash: row.hash };
  }
}
