import type { Route } from "../../api/route.ts";
import {
  closeSession,
  endSession,
  listSessions,
  openSession,
  showIdentity,
  showSession,
} from "../../api/routes/sessions.ts";
import type { Admission } from "../../auth/auth.ts";
import { endSession as end, listSessions as readSessions } from "../../auth/sessions/manage-sessions.ts";
import type { Sessions } from "../../auth/sessions/sessions.ts";
import { NotFoundError } from "../../errors/index.ts";
import { decodeCursor } from "../../reading/paging/cursor.ts";
import { IdKey, pageOf } from "../../reading/paging/page.ts";
import { actorOf, type Call, implement } from "../http/call.ts";

const LIST = "sessions";
const NOT_KEPT = { "cache-control": "no-store" };

/** Opens a session. */
export const sessionOpening = implement(openSession, async (call) => {
  const sessions = sessionsOf(call);
  const admission = await call.identify();
  const { cookie, csrfToken, expiresAt } = await sessions.open(admission.principal, call.request.auth);
  const answer = { csrf_token: csrfToken, expires_at: expiresAt, identity: await identityOf(admission) };
  return { answer, headers: { ...NOT_KEPT, "set-cookie": cookie } };
});

/** Shows the session of a request. */
export const sessionDetails = implement(showSession, async (call) => {
  const sessions = sessionsOf(call);
  const found = await sessions.find(call.request.auth);
  const expiresAt = found?.principal.expiresAt;
  if (found === null || expiresAt === undefined) throw new NotFoundError("the request has no session");
  const access = call.parts.auth.accessOf(found.principal);
  const identity = await identityOf({ principal: found.principal, access });
  const renewed = await sessions.renew(call.request.auth);
  const answer = { csrf_token: found.csrfToken, expires_at: expiresAt, identity };
  return { answer, headers: { ...NOT_KEPT, ...(renewed === null ? {} : { "set-cookie": renewed.cookie }) } };
});

/** Ends the session of a request. */
export const sessionClosing = implement(closeSession, async (call) => {
  const sessions = sessionsOf(call);
  const { principal } = await call.identify();
  const cookie = await sessions.close(principal, call.request.auth);
  return { answer: { ended: true as const }, headers: { ...NOT_KEPT, "set-cookie": cookie } };
});

/** Lists sessions. */
export const sessionList = implement(listSessions, async ({ query: { limit, cursor }, parts: { database, clock } }) => {
  const [before] = cursor === undefined ? [undefined] : decodeCursor(LIST, IdKey, cursor);
  const found = await readSessions(database, { before, limit: limit + 1 }, { clock });
  const { items, nextCursor } = pageOf(LIST, found, limit, (row) => [row.session_id]);
  const sessions = items.map((row) => ({ ...row, principal_id: row.principal_id ?? "", name: row.name ?? "" }));
  return { answer: { sessions, next_cursor: nextCursor } };
});

/** Ends somebody's session. */
export const sessionEnd = implement(endSession, async (call) => {
  const { session_id: id } = call.params;
  await end(call.parts.database, id, actorOf(call), { clock: call.parts.clock });
  return { answer: { session_id: id } };
});

/** Says who asks. */
export const identityDetails = implement(showIdentity, async ({ identify }) => ({
  answer: await identityOf(await identify()),
  headers: NOT_KEPT,
}));

function sessionsOf({ parts: { auth } }: Pick<Call<Route>, "parts">): Sessions {
  if (auth.sessions !== null) return auth.sessions;
  throw new NotFoundError("this server has no sessions: auth.authenticator_class names no authenticator that has them");
}

async function identityOf({ principal, access }: Admission) {
  const { id, kind, name, roles, namespaces } = principal;
  const permissions = await access.permissions();
  return { ...{ id, kind, name, roles, permissions }, namespaces: namespaces === "all" ? null : namespaces };
}
