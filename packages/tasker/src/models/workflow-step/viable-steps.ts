import type { Connection } from "../../database/database.ts";
import * as StepReadinessStatus from "../step-readiness-status/step-readiness-status.ts";
import type { WorkflowStepRow } from "./record.ts";

/** Of a sequence of steps of one task, those that nothing keeps from starting, in the order of the sequence; one query. */
export async function getViableSteps<S extends Pick<WorkflowStepRow, "workflow_step_id">>(
  connection: Connection,
  taskId: number,
  sequence: readonly S[],
): Promise<S[]> {
  const asked = sequence.map((step) => step.workflow_step_id);
  const rows = asked.length === 0 ? [] : await StepReadinessStatus.forSteps(connection, taskId, asked);
  const ready = new Set(rows.filter((row) => row.ready_for_execution).map((row) => row.workflow_step_id));
  return sequence.filter((step) => ready.has(step.workflow_step_id));
}
