import type { Route } from "../../api/route.ts";
import { createToken, listTokens, revokeToken, rotateToken } from "../../api/routes/tokens.ts";
import { beyondGranter, type TokenGrant } from "../../auth/authorization/grantable.ts";
import type { ApiToken } from "../../auth/tokens/api-token.ts";
import {
  findToken,
  type MadeToken,
  createToken as make,
  readTokens,
  revokeToken as revoke,
  rotateToken as rotate,
} from "../../auth/tokens/manage-tokens.ts";
import { AuthorizationError } from "../../errors/index.ts";
import { decodeCursor } from "../../reading/paging/cursor.ts";
import { IdKey, pageOf } from "../../reading/paging/page.ts";
import { actorOf, type Call, implement } from "../http/call.ts";

const LIST = "tokens";

/** Lists API tokens. */
export const tokenList = implement(listTokens, async ({ query: { limit, cursor }, parts: { database } }) => {
  const [before] = cursor === undefined ? [undefined] : decodeCursor(LIST, IdKey, cursor);
  const found = await readTokens(database, { before, limit: limit + 1 });
  const { items, nextCursor } = pageOf(LIST, found, limit, ({ id }) => [id]);
  return { answer: { tokens: items.map(shown), next_cursor: nextCursor } };
});

/** Makes an API token. */
export const tokenCreation = implement(createToken, async (call) => {
  const { name, roles, permissions, namespaces, expires_at: expiresAt } = call.body;
  const grant = { roles, permissions, namespaces: namespaces ?? ("all" as const) };
  requireGrantable(call, grant);
  const wanted = { name, ...grant, expiresAt: expiresAt === null ? null : new Date(expiresAt) };
  const { database, clock } = call.parts;
  return made(await make(database, wanted, actorOf(call), { clock }));
});

/** Revokes an API token. */
export const tokenRevocation = implement(revokeToken, async (call) => {
  const { database, clock } = call.parts;
  return { answer: shown(await revoke(database, call.params.token_id, actorOf(call), { clock })) };
});

/** Makes a token in another one's place. */
export const tokenRotation = implement(rotateToken, async (call) => {
  const { database, clock } = call.parts;
  const { token_id: id } = call.params;
  requireGrantable(call, await findToken(database, id));
  const overlapMs = call.body.overlap_seconds * 1_000;
  return made(await rotate(database, id, actorOf(call), { overlapMs, clock }));
});

/**
 * Whoever calls from within, or by the socket of the process's own user, may give everything; others what they have themselves.
 * @throws AuthorizationError
 */
function requireGrantable({ principal, request, parts }: Call<Route>, grant: TokenGrant): void {
  if (request.transport === "local") return;
  const beyond = beyondGranter(parts.auth.policy, principal, grant);
  if (beyond.length === 0) return;
  const more = beyond.length > 5 ? `, and ${beyond.length - 5} more` : "";
  throw new AuthorizationError(
    `a token can do no more than whoever gives it: ${beyond.slice(0, 5).join(", ")}${more}`,
    {
      context: { beyond },
    },
  );
}

function made({ token, secret }: MadeToken) {
  return { answer: { ...shown(token), token: secret }, headers: { "cache-control": "no-store" } };
}

function shown({ id, name, prefix, roles, permissions, namespaces, ...token }: ApiToken) {
  return {
    ...{ token_id: id, name, prefix, roles, permissions },
    namespaces: namespaces === "all" ? null : namespaces,
    created_by: token.createdBy,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    last_used_at: token.lastUsedAt,
    revoked_at: token.revokedAt,
    rotated_from: token.rotatedFrom,
  };
}
