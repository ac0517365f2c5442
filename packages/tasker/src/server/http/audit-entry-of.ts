import type { Route } from "../../api/route.ts";
import type { AuditEntry } from "../../auth/audit/audit-entry.ts";
import { actorOf, type Call } from "./call.ts";

/** What was done by a call. */
export type Deed = Pick<AuditEntry, "action" | "resource" | "resourceId" | "namespace" | "details">;

/** What a call does, as an entry of the audit log: with who asked for it, from where and when. */
export function auditEntryOf(call: Pick<Call<Route>, "principal" | "request" | "parts">, deed: Deed): AuditEntry {
  return { ...actorOf(call), at: new Date(call.parts.clock.now()), ...deed };
}
