import { z } from "zod";
import type { Cache } from "../cache/cache.ts";
import type { Connection } from "../database/database.ts";
import { int8 } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { type BottleneckScope, findBottlenecks } from "./analytics/find-bottlenecks.ts";
import { measurePerformance } from "./analytics/performance.ts";
import { analysisJson } from "./task/analysis-json.ts";
import { type AnalyzeTaskOptions, analyzeTask } from "./task/analyze-task.ts";

/** Time to live of an analysis before the use changes it, in seconds. */
const ANALYSIS_TTL_SECONDS = 90;

/** The greatest id of a transition of task `$1` or of its steps: 0 without any. Another one for each change. */
export const findLastTransition = statement({
  name: "analysis_last_transition",
  text: `
    select greatest(
      coalesce((select max(x.id) from tasker_task_transitions x where x.task_id = $1 and x.most_recent), 0),
      coalesce((
        select max(x.id) from tasker_workflow_steps w
        join tasker_workflow_step_transitions x on x.workflow_step_id = w.workflow_step_id and x.most_recent
        where w.task_id = $1
      ), 0)
    ) as id`,
  parameters: [int8],
  columns: { id: int8 },
});

const readText = (json: unknown) => z.string().parse(json);

/**
 * What `analysisJson` gives of a stored task, kept until the task changes: the key has the id of its last transition. What depends on the
 * moment, such as the end of a backoff, is as old as what is kept.
 * @throws TaskNotFoundError, and whatever `analyzeTask` throws; that is not kept
 */
export async function cachedTaskAnalysis(
  cache: Cache,
  connection: Connection,
  taskId: number,
  settings?: AnalyzeTaskOptions["settings"],
  now: Date = new Date(),
): Promise<string> {
  const [last] = await connection.run(findLastTransition, [taskId]);
  const weights = settings === undefined ? "" : `:${JSON.stringify(settings)}`;
  return cache.fetch(
    `tasker:analysis:runtime_graph:${taskId}:${last?.id ?? 0}${weights}`,
    async () =>
      analysisJson(await analyzeTask(connection, taskId, settings === undefined ? { now } : { now, settings })),
    { ttlSeconds: ANALYSIS_TTL_SECONDS, read: readText },
  );
}

/** Under which what `measurePerformance` gives is kept. */
export function performanceKey(namespaces: readonly string[] | null = null): string {
  return `tasker:analytics:performance${namespaces === null ? "" : `:${JSON.stringify([...namespaces].sort())}`}`;
}

/** Under which what `findBottlenecks` gives is kept. */
export function bottlenecksKey({
  periodHours = 24,
  namespace = "",
  taskName = "",
  version = "",
}: BottleneckScope): string {
  return `tasker:analytics:bottlenecks:${JSON.stringify([namespace, taskName, version, periodHours])}`;
}

/** What `measurePerformance` gives, as JSON, kept for about `dashboard_cache_ttl`. */
export async function cachedPerformance(
  cache: Cache,
  connection: Connection,
  now?: Date,
  namespaces: readonly string[] | null = null,
): Promise<string> {
  const measure = async () => JSON.stringify(await measurePerformance(connection, now, namespaces));
  return cache.fetch(performanceKey(namespaces), measure, {
    ttlSeconds: cache.config.dashboard_cache_ttl,
    read: readText,
  });
}

/** What `findBottlenecks` gives, as JSON, kept for about `dashboard_cache_ttl`. */
export async function cachedBottlenecks(
  cache: Cache,
  connection: Connection,
  scope: BottleneckScope = {},
): Promise<string> {
  const find = async () => JSON.stringify(await findBottlenecks(connection, scope));
  return cache.fetch(bottlenecksKey(scope), find, { ttlSeconds: cache.config.dashboard_cache_ttl, read: readText });
}
