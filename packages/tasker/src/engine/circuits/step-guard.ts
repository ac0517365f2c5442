import type { CircuitOpenError } from "../../errors/index.ts";
import type { Guard } from "../../handlers/circuits/circuit-board.ts";
import type { Verdict } from "../../retry/circuit-breaker.ts";
import type { StepDefinition, TaskDefinition } from "../../templates/definition.ts";
import type { Outcome } from "../outcome.ts";
import type { TaskRun } from "../task-run.ts";

/** The circuits that steps of a definition go through, by step name; null if there are none. */
export function guardsOf({ namespace, steps }: TaskDefinition): ReadonlyMap<string, Guard> | null {
  const guards = steps.flatMap((step) => {
    const guard = declaredGuard(namespace, step);
    return guard === null ? [] : [[step.name, guard] as const];
  });
  return guards.length === 0 ? null : new Map(guards);
}

/** A probe counts as lost when another one may be let through, or when its own time is over if that is later. */
function declaredGuard(namespace: string, { circuit, timeoutSeconds }: StepDefinition): Guard | null {
  if (circuit === null) return null;
  const { name, policy } = circuit;
  return { key: { namespace, name }, policy, probeSeconds: Math.max(policy.openSeconds, timeoutSeconds ?? 0) };
}

/** The circuit that a step goes through; a join calls nobody, and needs none. */
export function guardOf({ compiled: { guards, stepNamed } }: TaskRun, stepName: string): Guard | undefined {
  if (guards === null || stepNamed.roleOf(stepName).kind === "join") return undefined;
  return guards.get(stepNamed.get(stepName)?.name ?? stepName);
}

/** What an attempt came to says about the other side. */
export function verdictOf(outcome: Outcome): Verdict {
  if (outcome.kind === "success") return "worked";
  return outcome.kind === "failure" && outcome.failure.isOutage ? "failed" : "unknown";
}

/** What an attempt comes to that an open circuit did not let through. */
export function postponedBy({ circuit, message, retryAt }: CircuitOpenError): Outcome {
  return { kind: "postponed", circuit, message, retryAt };
}
