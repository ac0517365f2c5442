import { type Database, migrate, openPostgres } from "tasker";
import { z } from "zod";
import { CpuMeter } from "../cpu-meter.ts";
import { documentOf, NAMESPACE } from "../engine-session.ts";
import type { Job } from "../job.ts";
import { startServe } from "../load/serve.ts";
import { requireWrk, runWrk } from "../load/wrk.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";
import { linear, type Shape } from "../shapes.ts";

const CONNECTIONS = 64;
const CONCURRENCY = 500;
/** Tasks in one request to the route that creates many. */
const BATCH = 50;
const BATCH_CONNECTIONS = 4;

type Way = "alone" | "batch" | "working";
type Figure = Pick<Finding, "metric" | "value" | "unit">;

const CONTEXT = { customer: "ada", amount: 12.5, lines: [1, 2, 3] };

/**
 * Creates tasks over HTTP by wrk, at a `tasker serve` of its own: one that does nothing else, one task a request and many a request;
 * and one that executes what is created.
 * @throws Error if a request is refused, or the database has fewer tasks than were accepted
 */
export async function measureHttpCreate(job: Job): Promise<Finding[]> {
  requireWrk();
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const findings: Finding[] = [];
    for (const way of ["alone", "batch", "working"] as const) {
      for (const steps of job.sizes.httpSteps) {
        const shape = linear(steps);
        const common = { bench: job.bench, shape: shape.name, steps, concurrency: CONCURRENCY, ...settings };
        findings.push(...(await measureWay(job, database, way, shape)).map((figure) => ({ ...common, ...figure })));
      }
    }
    return findings;
  } finally {
    await database.close();
  }
}

async function measureWay(job: Job, database: Database, way: Way, shape: Shape): Promise<readonly Figure[]> {
  const { httpSeconds: seconds } = job.sizes;
  // A name of its own: an engine that executes takes up nothing that others have left.
  const template = documentOf({ ...shape, name: `${way}_${shape.steps.length}` });
  const served = { databaseUrl: job.databaseUrl, templates: [template], concurrency: CONCURRENCY };
  const serving = await startServe({ ...served, works: way === "working" });
  try {
    const tasks = way === "batch" ? BATCH : 1;
    const create = (reason: string, duration: number) => {
      const task = { name: template.name, namespace: NAMESPACE, context: CONTEXT, reason };
      const order =
        way === "batch"
          ? { paths: ["/v1/tasks/batch"], connections: BATCH_CONNECTIONS, body: { tasks: Array(BATCH).fill(task) } }
          : { paths: ["/v1/tasks"], connections: CONNECTIONS, body: task };
      return runWrk({
        ...order,
        url: serving.url,
        method: "POST",
        body: JSON.stringify(order.body),
        seconds: duration,
      });
    };
    await create("warm-up", seconds / 4);
    const meter = new CpuMeter(job.serverPid, serving.pid);
    const { accepted, perSecond, p50Ms, p99Ms } = await create(template.name, seconds);
    const { nodeUs, serverUs, otherCpus } = meter.measure();
    // What was sent when the time was over is created, too, and its answer not counted.
    const created = await countTasks(database, template.name);
    if (created < accepted * tasks)
      throw new Error(`${accepted * tasks} tasks were accepted, and ${created} are there`);
    return [
      { metric: `${way}_tasks_per_s`, value: perSecond * tasks, unit: "1/s" },
      { metric: `${way}_p50_ms`, value: p50Ms, unit: "ms" },
      { metric: `${way}_p99_ms`, value: p99Ms, unit: "ms" },
      { metric: `${way}_node_cpu_us_per_task`, value: nodeUs / created, unit: "us" },
      ...(serverUs === null
        ? []
        : [{ metric: `${way}_server_cpu_us_per_task`, value: serverUs / created, unit: "us" } as const]),
      ...(otherCpus === null ? [] : [{ metric: `${way}_other_cpus`, value: otherCpus, unit: "CPUs" } as const]),
    ];
  } finally {
    await serving.stop();
  }
}

async function countTasks(database: Database, reason: string): Promise<number> {
  const [row] = await database.query("select count(*)::int as count from tasker_tasks where reason = $1", [reason]);
  return z.object({ count: z.int() }).parse(row).count;
}
