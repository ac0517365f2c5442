import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { AuthenticationError, type Authenticator, type AuthRequest, headerOf, type Principal } from "tasker";

/** `auth.authenticator_options`. */
export interface ExampleNameOptions {
  /** What cookies are signed with, 32 characters or more: `"${env:SESSION_KEY}"`. */
  readonly key?: unknown;
}

/** What a cookie says: whose it is, and until when. */
export interface ExampleNameSession {
  readonly user: string;
  readonly roles: readonly string[];
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** What a browser is given. */
export interface ExampleNameCookie {
  /** Value of the header `set-cookie`. */
  readonly cookie: string;
  /** What requests that change something must send as `x-csrf-token`. */
  readonly csrfToken: string;
}

const COOKIE = "__Host-example-name";
const SHORTEST_KEY = 32;
/** Methods that change nothing: another site may cause them. */
const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

/**
 * Takes a cookie that the application has signed when somebody logged in. In the configuration:
 *
 *     authenticator_class: ./auth/example-name-authenticator.ts#ExampleNameAuthenticator
 *     authenticator_options: { key: "${env:SESSION_KEY}" }
 *
 * A signed cookie counts until its time is over. Sessions that can be ended before are those of `authenticator_class: session`.
 */
export class ExampleNameAuthenticator implements Authenticator {
  readonly #key: string;
  readonly #now: () => number;

  /** @param now the time in milliseconds since the epoch */
  constructor(options: ExampleNameOptions, now: () => number = Date.now) {
    this.#key = typeof options.key === "string" ? options.key : "";
    this.#now = now;
  }

  /** The cookie for somebody who has logged in. */
  open(session: ExampleNameSession): ExampleNameCookie {
    const payload = Buffer.from(JSON.stringify(session)).toString("base64url");
    const value = `${payload}.${this.#sign("session", payload)}`;
    const seconds = Math.max(0, Math.floor((session.until - this.#now()) / 1000));
    return {
      cookie: `${COOKIE}=${value}; Path=/; Max-Age=${seconds}; Secure; HttpOnly; SameSite=Strict`,
      csrfToken: this.#sign("csrf", value),
    };
  }

  /** @throws AuthenticationError */
  authenticate(request: AuthRequest): Principal {
    const value = cookieOf(request);
    // The reason `missing`, and no other, lets the next authenticator of a chain look.
    if (value === null) throw new AuthenticationError("missing", "the request has no credentials that are known here");
    const [payload = "", signature = ""] = value.split(".");
    if (this.#key === "" || !isSame(signature, this.#sign("session", payload))) {
      throw new AuthenticationError("rejected", "the cookie is not valid");
    }
    const { user, roles, until }: ExampleNameSession = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    if (until <= this.#now()) throw new AuthenticationError("expired", "the session has ended");
    const csrf = headerOf(request, "x-csrf-token") ?? "";
    if (!SAFE_METHODS.includes(request.method) && !isSame(csrf, this.#sign("csrf", value))) {
      throw new AuthenticationError("csrf", "the header x-csrf-token is missing or not that of the session");
    }
    const expiresAt = new Date(until);
    return { id: `user:${user}`, kind: "user", name: user, roles, permissions: [], namespaces: "all", expiresAt };
  }

  /** What is wrong with the options: asked once, before the first request. */
  validateConfiguration(): readonly string[] {
    if (this.#key.length >= SHORTEST_KEY) return [];
    return [`key is missing or too short, expected ${SHORTEST_KEY} characters or more`];
  }

  #sign(purpose: string, text: string): string {
    return createHmac("sha256", this.#key).update(`${purpose}:${text}`).digest("base64url");
  }
}

function cookieOf(request: AuthRequest): string | null {
  const cookies = headerOf(request, "cookie")?.split(";") ?? [];
  const found = cookies.map((cookie) => cookie.trim()).find((cookie) => cookie.startsWith(`${COOKIE}=`));
  return found?.slice(COOKIE.length + 1) ?? null;
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
function isSame(one: string, other: string): boolean {
  return timingSafeEqual(createHash("sha256").update(one).digest(), createHash("sha256").update(other).digest());
}
