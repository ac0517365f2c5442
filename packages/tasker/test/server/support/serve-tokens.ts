import type { NamespaceScope } from "../../../src/auth/principal.ts";
import { createToken } from "../../../src/auth/tokens/manage-tokens.ts";
import { Client, RequestFailedError } from "../../../src/client/index.ts";
import type { Database } from "../../../src/database/database.ts";
import { type ServeOptions, serve } from "./serve.ts";

/** What a token of a test has; what is left out is nothing, but all namespaces. */
export interface TestGrant {
  readonly name?: string;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly namespaces?: NamespaceScope;
}

/** Makes a server as {@link serve} does that lets in those with API tokens, and clients with such. */
export async function serveTokens(database: Database, options: Omit<ServeOptions, "auth"> = {}) {
  const auth = { authentication_enabled: true, authorization_enabled: true, authenticator_class: "tokens" };
  const made = await serve(database, { ...options, auth });
  const tokenOf = async (grant: TestGrant) => {
    const by = { actor: "test", actorKind: "system", source: "test" } as const;
    return createToken(database, { name: "t", ...grant }, by);
  };
  const clientOf = async (grant: TestGrant) => {
    const { secret } = await tokenOf(grant);
    return new Client({ baseUrl: made.url, token: secret });
  };
  return { ...made, tokenOf, clientOf };
}

/** The status and code with which a call is refused. */
export async function refusalOf(call: Promise<unknown>): Promise<readonly [number, string | undefined]> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RequestFailedError) return [error.status, error.problem?.code];
    throw error;
  }
  throw new Error("the call was not refused");
}

/** What the audit log has of a resource: action, whose id, who and why. */
export async function auditOf(database: Database, resource: string) {
  const rows = await database.query(
    `select action, resource_id as id, actor_kind as kind, source, details ->> 'reason' as reason
     from tasker_audit_log where resource = $1 order by tasker_audit_log.id`,
    [resource],
  );
  return rows;
}
