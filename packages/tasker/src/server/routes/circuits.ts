import { z } from "zod";
import { closeCircuit, listCircuits, listLimits } from "../../api/routes/circuits.ts";
import { recordAudit } from "../../auth/audit/record-audit.ts";
import { intersectScopes, type NamespaceScope } from "../../auth/principal.ts";
import { closeCircuit as forgetCircuit, listCircuits as readCircuits } from "../../engine/circuits/list-circuits.ts";
import { limiterUsage } from "../../engine/limits/limiter-usage.ts";
import { decodeCursor } from "../../reading/paging/cursor.ts";
import { pageOf } from "../../reading/paging/page.ts";
import { auditEntryOf } from "../http/audit-entry-of.ts";
import { implement } from "../http/call.ts";

const CIRCUITS = "circuits";
const LIMITS = "limits";
const CircuitKey = z.tuple([z.string(), z.string()]);
const LimitKey = z.tuple([z.string()]);

/** The namespaces that are asked for, of those that the caller may see; undefined: all. */
function visible(scope: NamespaceScope, namespace: string | undefined): readonly string[] | undefined {
  const both = intersectScopes(scope, namespace === undefined ? "all" : [namespace]);
  return both === "all" ? undefined : both;
}

/** Lists circuit breakers. */
export const circuitList = implement(listCircuits, async ({ query, scope, parts: { database } }) => {
  const { namespace, limit, cursor } = query;
  const [ofNamespace = "", name = ""] = cursor === undefined ? [] : decodeCursor(CIRCUITS, CircuitKey, cursor);
  const found = await readCircuits(database, {
    namespaces: visible(scope, namespace),
    after: cursor === undefined ? undefined : { namespace: ofNamespace, name },
    limit: limit + 1,
  });
  const { items, nextCursor } = pageOf(CIRCUITS, found, limit, (circuit) => [circuit.namespace, circuit.name]);
  const circuits = items.map(({ nextProbeAt, updatedAt, ...circuit }) => ({
    ...circuit,
    next_probe_at: nextProbeAt,
    updated_at: updatedAt,
  }));
  return { answer: { circuits, next_cursor: nextCursor } };
});

/** Closes a circuit breaker. */
export const circuitClosing = implement(closeCircuit, async (call) => {
  const { namespace, name } = call.params;
  const { reason } = call.body;
  const isChanged = await call.parts.database.transaction(async (transaction) => {
    if (!(await forgetCircuit(transaction, { namespace, name }))) return false;
    const deed = { action: "circuit.close", resource: "tasker.circuit", resourceId: name, namespace };
    await recordAudit(transaction, auditEntryOf(call, { ...deed, details: { reason } }));
    return true;
  });
  const outcome = isChanged ? ("done" as const) : ("already" as const);
  return { answer: { namespace, name, outcome } };
});

/** Lists limits. */
export const limitList = implement(listLimits, async ({ query, scope, parts: { database } }) => {
  const { namespace, limit: most, cursor } = query;
  const [after] = cursor === undefined ? [] : decodeCursor(LIMITS, LimitKey, cursor);
  const found = await limiterUsage(database, { namespaces: visible(scope, namespace), after, limit: most + 1 });
  const { items, nextCursor } = pageOf(LIMITS, found, most, ({ id }) => [id]);
  const limits = items.map((limit) => ({
    namespace: limit.namespace,
    kind: limit.kind,
    name: limit.name,
    has_key: limit.key !== undefined,
    key: limit.key ?? null,
    in_use: limit.inUse,
    left_behind: limit.leftBehind,
    waiting: limit.waiting,
    waiting_since: limit.waitingSince,
    next_at: limit.nextAt,
  }));
  return { answer: { limits, next_cursor: nextCursor } };
});
