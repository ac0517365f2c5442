import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Database, Engine, HandlerRegistry, migrate, openPostgres } from "tasker";
import { z } from "zod";
import { NAMESPACE, templateOf } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import type { WorkerOrder } from "../scaling-worker.ts";
import { readServerSettings } from "../server-settings.ts";
import { linear } from "../shapes.ts";
import { verifyAudit } from "../verify-audit.ts";

const SHAPE = linear(10);
const WORKER = fileURLToPath(new URL("../scaling-worker.ts", import.meta.url));

/** Tasks that one process claims at most: little enough that others get some. */
const MAX_TASKS = 100;

/**
 * Chains of ten steps on one to four worker processes, one number after the other on one database. The tasks are there
 * before the workers look for them; the time goes from the call of submit until all are complete in the database.
 */
export async function measureScaling(job: Job): Promise<Finding[]> {
  const { scalingProcesses, scalingTasks } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const findings: Finding[] = [];
    let complete = 0;
    for (const processes of scalingProcesses) {
      const workers = await startWorkers(job.databaseUrl, processes);
      const startedAt = performance.now();
      await submit(database, scalingTasks);
      complete += scalingTasks;
      await untilComplete(database, complete);
      const value = (scalingTasks * SHAPE.steps.length * 1_000) / (performance.now() - startedAt);
      await Promise.all(workers.map(stopWorker));
      const steps = SHAPE.steps.length;
      const common = {
        bench: job.bench,
        shape: SHAPE.name,
        steps,
        tasks: scalingTasks,
        max_tasks: MAX_TASKS,
        ...settings,
      };
      findings.push({ ...common, metric: "steps_per_s", value, unit: "1/s", processes });
    }
    const steps = complete * SHAPE.steps.length;
    await verifyAudit(database, { tasks: complete, steps });
    const common = { bench: job.bench, shape: SHAPE.name, steps: SHAPE.steps.length, ...settings };
    return [...findings, { ...common, metric: "verified_steps", value: steps, unit: "steps" }];
  } finally {
    await database.close();
  }
}

/** Submits by an engine that is not started, so that the tasks belong to nobody. */
async function submit(database: Database, tasks: number): Promise<void> {
  const registry = new HandlerRegistry();
  registry.register(templateOf({ shape: SHAPE, process: () => ({ ok: true }) }));
  const engine = new Engine({ database, registry });
  await engine.submitMany(
    Array.from({ length: tasks }, () => ({ name: SHAPE.name, namespace: NAMESPACE, context: {} })),
  );
}

async function startWorkers(databaseUrl: string, count: number): Promise<ChildProcess[]> {
  const order: WorkerOrder = { databaseUrl, steps: SHAPE.steps.length, maxTasks: MAX_TASKS };
  return Promise.all(
    Array.from({ length: count }, async () => {
      const worker = fork(WORKER);
      const ready = Promise.race([once(worker, "message"), once(worker, "exit").then(() => Promise.reject(DIED))]);
      worker.send(order);
      await ready;
      return worker;
    }),
  );
}

const DIED = new Error("a worker process ended before it was ready");

async function stopWorker(worker: ChildProcess): Promise<void> {
  const exited = once(worker, "exit");
  worker.send("stop");
  await exited;
}

const Count = z.object({ count: z.int() });

async function untilComplete(database: Database, tasks: number): Promise<void> {
  for (;;) {
    const [row] = await database.query("select count(*)::int as count from tasker_tasks where complete");
    if (Count.parse(row).count === tasks) return;
    await sleep(5);
  }
}
