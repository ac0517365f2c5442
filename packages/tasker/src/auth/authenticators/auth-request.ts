import { AuthenticationError } from "../../errors/index.ts";

/** What an authenticator sees of a request. */
export interface AuthRequest {
  /** By name in lower case, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Of the other end of the connection; null for a Unix socket or a call within the process. */
  readonly address: string | null;
  /** In upper case. */
  readonly method: string;
  readonly path: string;
  /** How the request came: `local` is a Unix socket or a call within the process. */
  readonly transport: "http" | "https" | "local";
}

/** Longest value of a header that is looked at, in characters. */
const LONGEST_HEADER = 8_192;

const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const BEARER_SCHEME = /^bearer(?: |$)/i;

/**
 * The value of a header that may come only once; null if it is not there.
 * @throws AuthenticationError if it comes more than once or is too long
 */
export function headerOf({ headers }: Pick<AuthRequest, "headers">, name: string): string | null {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined) return null;
  const [only, ...more] = typeof value === "string" ? [value] : value;
  if (only === undefined) return null;
  if (more.length > 0) throw new AuthenticationError("malformed", `the header ${name} was sent more than once`);
  if (only.length > LONGEST_HEADER) throw new AuthenticationError("malformed", `the header ${name} is too long`);
  return only;
}

/**
 * The token of the header `authorization`; null if there is none, or if it is of another scheme than `Bearer`.
 * @throws AuthenticationError if it cannot be a token
 */
export function bearerOf(request: Pick<AuthRequest, "headers">): string | null {
  const value = headerOf(request, "authorization");
  if (value === null || !BEARER_SCHEME.test(value)) return null;
  const token = BEARER.exec(value)?.[1];
  if (token === undefined) throw new AuthenticationError("malformed", "the header authorization is not a bearer token");
  return token;
}
