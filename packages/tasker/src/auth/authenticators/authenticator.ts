import { AuthenticationError } from "../../errors/index.ts";
import type { Principal } from "../principal.ts";
import type { AuthRequest } from "./auth-request.ts";

/**
 * Finds out whom a request comes from. One authenticator serves all requests of a process at the same time: it keeps nothing of
 * one request for another.
 */
export interface Authenticator {
  /**
   * @returns whom the request comes from
   * @throws AuthenticationError if it does not prove that. With the reason `missing` if it has nothing of the kind that this
   *   authenticator knows: only then another one of a chain is asked
   */
  authenticate(request: AuthRequest): Promise<Principal> | Principal;
  /** What is wrong with its configuration, a sentence each; nothing: []. Asked once, before the first request. */
  validateConfiguration?(): readonly string[];
}

/** The refusal of a request without anything that an authenticator knows. */
export function nothingKnown(): AuthenticationError {
  return new AuthenticationError("missing", "the request has no credentials that are known here");
}
