import { closeCircuit, listCircuits, listLimits } from "../../api/routes/circuits.ts";
import { recordAudit } from "../../auth/audit/record-audit.ts";
import { closeCircuit as forgetCircuit, listCircuits as readCircuits } from "../../engine/circuits/list-circuits.ts";
import { limiterUsage } from "../../engine/limits/limiter-usage.ts";
import { auditEntryOf } from "../http/audit-entry-of.ts";
import { implement } from "../http/call.ts";
import { withinScope } from "./within-scope.ts";

/** Lists circuit breakers. */
export const circuitList = implement(listCircuits, async ({ query: { namespace }, scope, parts: { database } }) => {
  const found = await readCircuits(database, namespace === undefined ? {} : { namespace });
  const circuits = withinScope(found, scope).map(({ nextProbeAt, updatedAt, ...circuit }) => ({
    ...circuit,
    next_probe_at: nextProbeAt,
    updated_at: updatedAt,
  }));
  return { answer: { circuits } };
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
export const limitList = implement(listLimits, async ({ query: { namespace }, scope, parts: { database } }) => {
  const found = await limiterUsage(database, namespace ?? null);
  const limits = withinScope(found, scope).map((limit) => ({
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
  return { answer: { limits } };
});
