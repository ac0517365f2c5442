import { type Database, migrate, openPostgres } from "tasker";
import { z } from "zod";
import { cursorAfterTask } from "../../packages/tasker/src/reading/tasks/task-page.ts";
import { LISTED_NAMESPACES, LISTED_STEPS, storeTaskList } from "../data/task-list-set.ts";
import { documentOf } from "../engine-session.ts";
import type { Job } from "../job.ts";
import { startServe } from "../load/serve.ts";
import { requireWrk, runWrk } from "../load/wrk.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";
import { linear } from "../shapes.ts";

const CONNECTIONS = 8;
/** Different paths of a question that asks for tasks by what only some have. */
const SAMPLES = 2_000;

/**
 * Lists and details of tasks over HTTP by wrk, at a `tasker serve` that does nothing else, on a database with many tasks.
 * @throws Error if a request is refused
 */
export async function measureHttpRead(job: Job): Promise<Finding[]> {
  requireWrk();
  const { listedTasks: tasks, httpSeconds: seconds } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const startedAt = performance.now();
    await storeTaskList(database, tasks);
    const filledMs = performance.now() - startedAt;
    const common = { bench: job.bench, shape: "linear", steps: LISTED_STEPS, tasks, ...settings };
    const findings: Finding[] = [{ ...common, metric: "filled_ms", value: filledMs, unit: "ms" }];
    const templates = [documentOf(linear(1))];
    const serving = await startServe({ databaseUrl: job.databaseUrl, templates, works: false, concurrency: 1 });
    try {
      for (const [question, paths] of Object.entries(await questionsOf(database))) {
        const order = { url: serving.url, method: "GET", paths, connections: CONNECTIONS } as const;
        await runWrk({ ...order, seconds: seconds / 4 });
        const { perSecond, p50Ms, p99Ms } = await runWrk({ ...order, seconds });
        findings.push(
          { ...common, question, metric: "p50_ms", value: p50Ms, unit: "ms" },
          { ...common, question, metric: "p99_ms", value: p99Ms, unit: "ms" },
          { ...common, question, metric: "requests_per_s", value: perSecond, unit: "1/s" },
        );
      }
    } finally {
      await serving.stop();
    }
    return findings;
  } finally {
    await database.close();
  }
}

const Sample = z.object({ task_id: z.int(), correlation_id: z.string().nullable() });

/** The paths of each question. */
async function questionsOf(database: Database): Promise<Record<string, readonly string[]>> {
  const rows = await database.query(
    `select t.task_id, r.correlation_id
     from (
       select (select min(task_id) from tasker_tasks) + floor(random() * (select count(*) from tasker_tasks))::bigint as task_id
       from generate_series(1, ${SAMPLES})
     ) t join tasker_task_runs r using (task_id)`,
  );
  const samples = rows.map((row) => Sample.parse(row));
  const list = (query: string) => [`/v1/tasks${query}`];
  const { common, rare } = LISTED_NAMESPACES;
  return {
    "list: all": list(""),
    "list: 200": list("?limit=200"),
    "list: state=error": list("?state=error"),
    "list: state=in_progress": list("?state=in_progress"),
    "list: namespace with many": list(`?namespace=${common}`),
    "list: namespace with few": list(`?namespace=${rare}`),
    "list: name and version": list(`?namespace=${common}&name=order&version=0.1.0`),
    "list: name and state": list("?name=order&state=error"),
    "list: paused": list("?paused=true"),
    "list: correlation id": samples.flatMap(({ correlation_id: id }) =>
      id === null ? [] : list(`?correlation_id=${id}`),
    ),
    "list: by cursor, anywhere": samples.flatMap(({ task_id: id }) => list(`?cursor=${cursorAfterTask(id)}`)),
    "show: any": samples.map(({ task_id: id }) => `/v1/tasks/${id}`),
  };
}
