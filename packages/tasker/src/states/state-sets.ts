import { STATES, type State } from "./state.ts";

/** Every state a task may have. */
export const VALID_TASK_STATUSES: readonly State[] = STATES;

/** Every state a step may have. */
export const VALID_WORKFLOW_STEP_STATUSES: readonly State[] = STATES;

/** States in which a step is not to be started. */
export const UNREADY_WORKFLOW_STEP_STATUSES: readonly State[] = [
  "in_progress",
  "complete",
  "cancelled",
  "resolved_manually",
];

/** States in which nothing more happens to a step. `cancelled` is one of them, yet satisfies no dependency. */
export const VALID_STEP_COMPLETION_STATES: readonly State[] = ["complete", "resolved_manually", "cancelled"];

/** States of a step that is still to be worked on. */
export const VALID_STEP_STILL_WORKING_STATES: readonly State[] = ["pending", "in_progress"];

/** States of a step that let its children start, and its task complete. */
export const SATISFIED_STATES: readonly State[] = ["complete", "resolved_manually"];
