import { AuthenticationError } from "../../errors/index.ts";
import { type AuthRequest, headerOf } from "../authenticators/auth-request.ts";

/** What a browser takes over an encrypted connection only, from this host only, and no subdomain can set. */
const SECURE_NAME = "__Host-tasker_session";
const PLAIN_NAME = "tasker_session";

const SECRET = /^[A-Za-z0-9_-]{43}$/;

type Transport = Pick<AuthRequest, "transport">;

const nameOf = ({ transport }: Transport) => (transport === "https" ? SECURE_NAME : PLAIN_NAME);

/**
 * The secret of the session cookie of a request; null if there is none.
 * @throws AuthenticationError if there are several, or if it cannot be one
 */
export function readSessionCookie(request: Pick<AuthRequest, "headers" | "transport">): string | null {
  const header = headerOf(request, "cookie");
  if (header === null) return null;
  const name = `${nameOf(request)}=`;
  const [only, ...more] = header
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(name))
    .map((part) => part.slice(name.length));
  if (only === undefined) return null;
  if (more.length > 0 || !SECRET.test(only))
    throw new AuthenticationError("malformed", "the session cookie cannot be one");
  return only;
}

/** The value of `set-cookie` that gives a browser a secret. No script can read it; other sites' requests do not carry it. */
export function sessionCookie(
  secret: string,
  transport: Transport,
  { sameSite, maxAgeSeconds }: { readonly sameSite: "strict" | "lax"; readonly maxAgeSeconds: number },
): string {
  const rules = [
    "Path=/",
    "HttpOnly",
    `SameSite=${sameSite === "strict" ? "Strict" : "Lax"}`,
    `Max-Age=${maxAgeSeconds}`,
  ];
  if (transport.transport === "https") rules.push("Secure");
  return [`${nameOf(transport)}=${secret}`, ...rules].join("; ");
}

/** The value of `set-cookie` that has a browser forget its secret. */
export function expiredCookie(transport: Transport): string {
  return sessionCookie("", transport, { sameSite: "strict", maxAgeSeconds: 0 });
}
