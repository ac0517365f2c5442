import { sql } from "kysely";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import { conditionOf } from "../transition/queries.ts";
import { loadStatistics, type StatisticsOptions, type TransitionStatistics } from "../transition/statistics.ts";
import { retryTransitions } from "./scopes.ts";

const TABLE = "tasker_workflow_step_transitions";

/** As for tasks, and how steps were tried. */
export interface StepTransitionStatistics extends TransitionStatistics {
  /** Number of moves back to `pending` after an `error`. */
  readonly retry_attempts: number;
  /** Seconds: the mean of `execution_duration` over the transitions whose metadata has it; null if none has. */
  readonly average_execution_time: number | null;
}

/** Counts transitions of steps: all of them, or those of a scope. */
export async function statistics(
  connection: Connection,
  options: StatisticsOptions<typeof TABLE> = {},
): Promise<StepTransitionStatistics> {
  const shared = await loadStatistics(connection, TABLE, options);
  const { rows } = await sql<{ retries: number; seconds: number | null }>`
    select count(*) filter (where ${conditionOf(retryTransitions)}) as retries,
      avg((metadata ->> 'execution_duration')::float8)
        filter (where jsonb_typeof(metadata -> 'execution_duration') = 'number') as seconds
    from tasker_workflow_step_transitions where ${conditionOf(options.where)}`.execute(queryBuilder(connection));
  return { ...shared, retry_attempts: rows[0]?.retries ?? 0, average_execution_time: rows[0]?.seconds ?? null };
}
