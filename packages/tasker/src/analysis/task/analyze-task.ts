import { type DependencyGraphSettings, dependencyGraphConfig } from "../../config/dependency-graph-config.ts";
import type { Connection } from "../../database/database.ts";
import type { RowOf } from "../../database/statement.ts";
import { TaskNotFoundError } from "../../errors/index.ts";
import { analyzeSnapshot, type TaskAnalysis } from "./analyze-snapshot.ts";
import type { AnalyzedStep, AnalyzedTask, StepHistory } from "./analyzed-task.ts";
import { selectStepHistory, selectTaskEdges, selectTaskSteps } from "./snapshot-statements.ts";

/** Options of {@link analyzeTask}. */
export interface AnalyzeTaskOptions {
  /** The moment to judge backoffs and running steps by. Default: now. */
  readonly now?: Date;
  /** The section `dependency_graph` of the configuration: weights, thresholds, durations. Default: those of the reference. */
  readonly settings?: DependencyGraphSettings;
}

/**
 * Analyses a stored task: its graph, what holds it up, when it will be done. Three queries, none of which changes anything.
 * @throws TaskNotFoundError
 * @throws ConfigurationError `settings` has a value that it cannot have
 * @throws CyclicGraphError the stored edges form a cycle; `context.members` names its steps
 */
export async function analyzeTask(
  connection: Connection,
  taskId: number,
  { now = new Date(), settings }: AnalyzeTaskOptions = {},
): Promise<TaskAnalysis> {
  const config = dependencyGraphConfig(settings);
  return analyzeSnapshot(await readSnapshot(connection, taskId, now), config);
}

async function readSnapshot(connection: Connection, taskId: number, now: Date): Promise<AnalyzedTask> {
  const rows = await connection.run(selectTaskSteps, [taskId]);
  if (rows.length === 0) throw new TaskNotFoundError(`there is no task ${taskId}`, { context: { taskId } });
  const [edges] = await connection.run(selectTaskEdges, [taskId]);
  const history = new Map<number | null, StepHistory>();
  for (const { named_step_id, ...facts } of await connection.run(selectStepHistory, [taskId])) {
    history.set(named_step_id, facts);
  }
  return {
    taskId,
    now: now.getTime(),
    steps: rows.flatMap((row) => toStep(row, history.get(row.named_step_id) ?? null)),
    edges: { from: edges?.from_ids ?? [], to: edges?.to_ids ?? [] },
  };
}

function toStep(row: RowOf<typeof selectTaskSteps.columns>, history: StepHistory | null): AnalyzedStep[] {
  if (row.workflow_step_id === null) return [];
  return [
    {
      id: row.workflow_step_id,
      name: row.name ?? "",
      state: row.state,
      attempts: row.attempts,
      retryLimit: row.retry_limit,
      retryable: row.retryable ?? true,
      changedAt: row.changed_at?.getTime() ?? null,
      nextRetryAt: row.next_retry_at?.getTime() ?? null,
      durationSeconds: row.duration_seconds,
      history,
    },
  ];
}
