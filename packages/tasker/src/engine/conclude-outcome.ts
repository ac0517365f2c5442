import type { Execution } from "./execution.ts";
import type { Outcome } from "./outcome.ts";
import type { Protection } from "./protection/protection.ts";

/**
 * What an attempt counts as having come to: without what is to be hidden, and with the events that its step publishes at such an
 * end; a failure if one of those cannot be published.
 */
export function concludeOutcome(protection: Protection, execution: Execution, outcome: Outcome): Outcome {
  const { run, name } = execution;
  const shielded = protection.protect(run, name, outcome);
  const concluded = execution.conclude(shielded, protection.redactionOf(run.compiled.definition));
  return concluded === shielded ? shielded : protection.protect(run, name, concluded);
}
