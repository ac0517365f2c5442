import type { MappingSettings } from "./event-mapping.ts";

const TRACES: MappingSettings = { backends: ["traces"] };
const METRICS: MappingSettings = { backends: ["metrics"] };
const BOTH: MappingSettings = { backends: ["traces", "metrics"] };
const BOTH_HIGH: MappingSettings = { backends: ["traces", "metrics"], priority: "high" };

/**
 * The mappings that a router begins with: those of the reference, as far as the event exists, and what it left out of the life
 * of tasks and steps.
 */
export const DEFAULT_MAPPINGS: Readonly<Record<string, MappingSettings>> = {
  "task.initialize_requested": BOTH,
  "task.start_requested": BOTH,
  "task.completed": BOTH,
  "task.failed": BOTH,
  "task.cancelled": BOTH,
  "task.resolved_manually": BOTH,
  "task.retry_requested": BOTH,
  "step.execution_requested": BOTH,
  "step.before_handle": TRACES,
  "step.completed": BOTH,
  "step.failed": BOTH,
  "step.cancelled": BOTH,
  "step.resolved_manually": BOTH,
  "step.retry_requested": BOTH,
  "step.interrupted": BOTH,
  "step.postponed": BOTH,
  "step.skipped": BOTH,
  "step.wait_started": BOTH,
  "workflow.viable_steps_discovered": METRICS,
  "observability.task.enqueue": { backends: ["metrics"], priority: "high" },
  "observability.step.backoff": BOTH,
  "observability.step.max_retries_reached": BOTH_HIGH,
};
