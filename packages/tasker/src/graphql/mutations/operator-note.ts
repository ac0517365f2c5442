import type { OperatorNote } from "../../actions/check-request.ts";
import { auditActor } from "../../auth/audit/audit-actor.ts";
import type { GraphqlContext } from "../context.ts";

/** Who acts, by what way, and why. */
export function operatorNote({ caller }: GraphqlContext, reason: string): OperatorNote {
  const { actor, ...origin } = auditActor(caller.principal, caller, "graphql", caller.requestId);
  return { actor, reason, origin };
}
