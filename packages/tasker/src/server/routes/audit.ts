import { listAudit } from "../../api/routes/audit.ts";
import { listAudit as readAudit } from "../../auth/audit/list-audit.ts";
import { intersectScopes } from "../../auth/principal.ts";
import { decodeCursor } from "../../reading/paging/cursor.ts";
import { IdKey, pageOf } from "../../reading/paging/page.ts";
import { implement } from "../http/call.ts";

const LIST = "audit";

/** Lists what was done. */
export const auditList = implement(listAudit, async ({ query, scope, parts: { database } }) => {
  const { limit, cursor, actor, action, resource, resource_id: resourceId, since } = query;
  const [before] = cursor === undefined ? [undefined] : decodeCursor(LIST, IdKey, cursor);
  const visible = intersectScopes(scope, query.namespace ?? "all");
  const found = await readAudit(database, {
    ...{ actor, action, resource, resourceId, before },
    namespaces: visible === "all" ? undefined : visible,
    since: since === undefined ? undefined : new Date(since),
    limit: limit + 1,
  });
  const { items, nextCursor } = pageOf(LIST, found, limit, ({ id }) => [id]);
  const entries = items.map(({ id, actorKind, resourceId: ofResource, requestId, ...entry }) => ({
    ...entry,
    audit_id: id,
    actor_kind: actorKind,
    resource_id: ofResource,
    request_id: requestId,
  }));
  return { answer: { entries, next_cursor: nextCursor } };
});
