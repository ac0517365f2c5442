import type { AuthRequest } from "../../../src/auth/authenticators/auth-request.ts";
import type { Principal } from "../../../src/auth/principal.ts";

/** A request from this machine, changed where a test says so. */
export function request(headers: AuthRequest["headers"] = {}, rest: Partial<AuthRequest> = {}): AuthRequest {
  return { headers, address: "127.0.0.1", method: "GET", path: "/tasks", transport: "http", ...rest };
}

/** A request with a bearer token. */
export function bearing(token: string): AuthRequest {
  return request({ authorization: `Bearer ${token}` });
}

/** A user who may do nothing yet. */
export function somebody(rest: Partial<Principal> = {}): Principal {
  return { id: "ada", kind: "user", name: "ada", roles: [], permissions: [], namespaces: "all", ...rest };
}

/** The reason for which a request was refused; `let in` if it was not. */
export async function reasonOf(asked: Promise<unknown> | unknown): Promise<unknown> {
  try {
    await asked;
    return "let in";
  } catch (error) {
    return typeof error === "object" && error !== null && "reason" in error ? error.reason : error;
  }
}
