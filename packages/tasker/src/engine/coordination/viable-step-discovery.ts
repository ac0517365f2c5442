import type { Connection } from "../../database/database.ts";
import * as StepReadinessStatus from "../../models/step-readiness-status/step-readiness-status.ts";

/** A step that nothing keeps from starting. */
export interface ViableStep {
  readonly stepId: number;
  readonly name: string;
  /** Attempts so far. */
  readonly attempts: number;
}

/**
 * Tells which steps of a task could start, as any process sees it that reads the database. An engine that runs the task knows
 * it from the graph in its memory. Extend it and override {@link findViableSteps} for a view of your own, then give it to the
 * {@link WorkflowCoordinator}.
 */
export class ViableStepDiscovery {
  /** The steps in the order of their ids; none of a task that does not exist. One query. */
  async findViableSteps(connection: Connection, taskId: number): Promise<readonly ViableStep[]> {
    const rows = await StepReadinessStatus.forTask(connection, taskId);
    return rows
      .filter((row) => row.ready_for_execution)
      .map((row) => ({ stepId: row.workflow_step_id, name: row.name, attempts: row.attempts }));
  }
}
