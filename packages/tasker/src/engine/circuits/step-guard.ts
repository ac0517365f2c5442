import type { Guard } from "../../handlers/circuits/circuit-board.ts";
import type { StepDefinition, TaskDefinition } from "../../templates/definition.ts";

/** The circuits that steps of a definition go through, by step name; null if there are none. */
export function guardsOf({ namespace, steps }: TaskDefinition): ReadonlyMap<string, Guard> | null {
  const guards = steps.flatMap((step) => {
    const guard = guardOf(namespace, step);
    return guard === null ? [] : [[step.name, guard] as const];
  });
  return guards.length === 0 ? null : new Map(guards);
}

/** A probe counts as lost when another one may be let through, or when its own time is over if that is later. */
function guardOf(namespace: string, { circuit, timeoutSeconds }: StepDefinition): Guard | null {
  if (circuit === null) return null;
  const { name, policy } = circuit;
  return { key: { namespace, name }, policy, probeSeconds: Math.max(policy.openSeconds, timeoutSeconds ?? 0) };
}
