import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../clock/clock.ts";
import type { Connection, Database } from "../../database/database.ts";
import { AuthenticationError } from "../../errors/index.ts";
import { auditActor } from "../audit/audit-actor.ts";
import { recordAudit } from "../audit/record-audit.ts";
import type { AuthRequest } from "../authenticators/auth-request.ts";
import type { Principal } from "../principal.ts";
import { readPrincipal } from "../principal-shape.ts";
import { hashSecret } from "../tokens/token-secret.ts";
import { expiredCookie, readSessionCookie, sessionCookie } from "./session-cookie.ts";
import type { SessionConfig } from "./session-settings.ts";
import { deleteSession, insertSession, rotateSession, selectSession, touchSession } from "./session-statements.ts";

/** What a browser is given. */
export interface BrowserSession {
  /** Value of the header `set-cookie`. */
  readonly cookie: string;
  /** What requests that change something must send as `x-csrf-token`. */
  readonly csrfToken: string;
  readonly expiresAt: Date;
}

/** A session that a request belongs to. */
export interface OpenSession {
  readonly id: number;
  readonly principal: Principal;
  readonly csrfToken: string;
}

const MINUTE_MS = 60_000;
/** How long the secret before a rotation is taken still, for requests under way. */
const OVERLAP_MS = 30_000;

/**
 * Sessions of browsers: a random secret in a cookie, of which the database has the hash. They end after a time, after a time
 * without use, when they are closed, and with the API token that they were opened with.
 */
export class Sessions {
  readonly #database: Database;
  readonly #config: SessionConfig;
  readonly #clock: Clock;

  constructor(database: Database, config: SessionConfig, clock: Clock) {
    this.#database = database;
    this.#config = config;
    this.#clock = clock;
  }

  /**
   * Opens a session for whom a request was found to come from. Its secret is always new: one that the request has brought ends,
   * whoever gave it to the browser.
   * @throws AuthenticationError for a request of nobody in particular
   */
  async open(principal: Principal, request: AuthRequest): Promise<BrowserSession> {
    if (principal.kind === "anonymous") throw new AuthenticationError("missing", "nobody in particular has no session");
    const now = this.#clock.now();
    const { lifetime_minutes: lifetime, idle_minutes: idle } = this.#config;
    const expiresAt = new Date(Math.min(now + lifetime * MINUTE_MS, principal.expiresAt?.getTime() ?? Infinity));
    const secret = newSecret();
    const csrfToken = newSecret();
    const { tokenId = null, expiresAt: _, ...stored } = principal;
    await this.#database.transaction(async (transaction) => {
      await this.#end(transaction, request);
      const [made] = await transaction.run(insertSession, [
        hashSecret(secret),
        csrfToken,
        JSON.stringify({ ...stored, ...(tokenId === null ? {} : { tokenId }) }),
        tokenId,
        new Date(now),
        new Date(now + idle * MINUTE_MS),
        expiresAt,
      ]);
      await this.#record(transaction, "session.create", made?.session_id, principal, request);
    });
    return { cookie: this.#cookie(secret, request, expiresAt), csrfToken, expiresAt };
  }

  /**
   * The session that a request belongs to; null if it has no cookie of one, or of one that has ended.
   * @throws AuthenticationError if the cookie cannot be one
   */
  async find(request: AuthRequest): Promise<OpenSession | null> {
    const secret = readSessionCookie(request);
    if (secret === null) return null;
    const now = this.#clock.now();
    const [row] = await this.#database.run(selectSession, [hashSecret(secret), new Date(now)]);
    const stored = row?.principal;
    if (row === undefined || typeof stored !== "object" || stored === null) return null;
    // What the token may do now counts, not what it might when the session was opened.
    const { token_id: tokenId, roles, permissions, namespaces } = row;
    const rights = tokenId === null ? {} : { roles, permissions, namespaces: namespaces ?? "all" };
    const principal = readPrincipal({ ...stored, ...rights, expiresAt: row.expires_at });
    if (principal === null) return null;
    const idleUntil = now + this.#config.idle_minutes * MINUTE_MS;
    if (idleUntil - row.idle_until.getTime() >= MINUTE_MS) {
      await this.#database.run(touchSession, [row.session_id, new Date(idleUntil)]).catch(() => undefined);
    }
    return { id: row.session_id, principal, csrfToken: row.csrf };
  }

  /** A new secret for the session of a request, when it is time for one; null when it is not. The server sends it along. */
  async renew(request: AuthRequest): Promise<BrowserSession | null> {
    const secret = readSessionCookie(request);
    if (secret === null) return null;
    const now = this.#clock.now();
    const hash = hashSecret(secret);
    const [row] = await this.#database.run(selectSession, [hash, new Date(now)]);
    if (row?.is_current !== true || now - row.rotated_at.getTime() < this.#config.rotation_minutes * MINUTE_MS)
      return null;
    const next = newSecret();
    const [rotated] = await this.#database.run(rotateSession, [
      ...([hash, hashSecret(next), new Date(now), new Date(now + OVERLAP_MS)] as const),
    ]);
    if (rotated === undefined) return null;
    return { cookie: this.#cookie(next, request, row.expires_at), csrfToken: row.csrf, expiresAt: row.expires_at };
  }

  /** Ends the session of a request. Gives the value of `set-cookie` that has the browser forget it. */
  async close(principal: Principal, request: AuthRequest): Promise<string> {
    await this.#database.transaction(async (transaction) => {
      const ended = await this.#end(transaction, request);
      if (ended !== null) await this.#record(transaction, "session.destroy", ended, principal, request);
    });
    return expiredCookie(request);
  }

  async #end(transaction: Connection, request: AuthRequest): Promise<number | null> {
    const secret = broughtSecret(request);
    if (secret === null) return null;
    const [ended] = await transaction.run(deleteSession, [hashSecret(secret)]);
    return ended?.session_id ?? null;
  }

  async #record(
    transaction: Connection,
    action: string,
    id: number | undefined,
    principal: Principal,
    request: AuthRequest,
  ): Promise<void> {
    const at = new Date(this.#clock.now());
    const actor = auditActor(principal, request, "session");
    await recordAudit(transaction, { ...actor, at, action, resource: "tasker.session", resourceId: id });
  }

  #cookie(secret: string, request: AuthRequest, expiresAt: Date): string {
    const maxAgeSeconds = Math.max(0, Math.floor((expiresAt.getTime() - this.#clock.now()) / 1000));
    return sessionCookie(secret, request, { sameSite: this.#config.same_site, maxAgeSeconds });
  }
}

/** Whether a request has the token of its session that other sites cannot know, compared in constant time. */
export function hasCsrfToken(sent: string | null, { csrfToken }: OpenSession): boolean {
  const found = Buffer.from(hashSecret(sent ?? ""), "hex");
  return timingSafeEqual(found, Buffer.from(hashSecret(csrfToken), "hex"));
}

/** The secret that a request has brought. A cookie that cannot be one, which others may have set, keeps nobody from a new session. */
function broughtSecret(request: AuthRequest): string | null {
  try {
    return readSessionCookie(request);
  } catch (error) {
    if (error instanceof AuthenticationError) return null;
    throw error;
  }
}

function newSecret(): string {
  return randomBytes(32).toString("base64url");
}
