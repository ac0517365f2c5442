import type { MappingSettings } from "./event-mapping.ts";

const TRACES: MappingSettings = { backends: ["traces", "logs"] };
const METRICS: MappingSettings = { backends: ["metrics", "logs"] };
const ALL: MappingSettings = { backends: ["traces", "metrics", "logs"] };
const ALL_HIGH: MappingSettings = { backends: ["traces", "metrics", "logs"], priority: "high" };

/**
 * The mappings that a router begins with: those of the reference, as far as the event exists, and what it left out of the life
 * of tasks and steps. All of them go to logs, too: what is written there its levels decide.
 */
export const DEFAULT_MAPPINGS: Readonly<Record<string, MappingSettings>> = {
  "task.initialize_requested": ALL,
  "task.start_requested": ALL,
  "task.completed": ALL,
  "task.failed": ALL,
  "task.cancelled": ALL,
  "task.resolved_manually": ALL,
  "task.retry_requested": ALL,
  "step.execution_requested": ALL,
  "step.before_handle": TRACES,
  "step.completed": ALL,
  "step.failed": ALL,
  "step.cancelled": ALL,
  "step.resolved_manually": ALL,
  "step.retry_requested": ALL,
  "step.interrupted": ALL,
  "step.postponed": ALL,
  "step.skipped": ALL,
  "step.wait_started": ALL,
  "workflow.viable_steps_discovered": METRICS,
  "observability.task.enqueue": { backends: ["metrics", "logs"], priority: "high" },
  "observability.step.backoff": ALL,
  "observability.step.max_retries_reached": ALL_HIGH,
};
