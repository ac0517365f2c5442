import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { bindTemplate, Engine, HandlerRegistry, migrate, openPostgres, parseTemplate } from "tasker";
import { openServer } from "tasker/server";
import { documentOf, NAMESPACE } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import type { RemoteOrder } from "../remote-worker.ts";
import { readServerSettings } from "../server-settings.ts";
import { linear } from "../shapes.ts";
import { median } from "../statistics.ts";
import { verifyAudit } from "../verify-audit.ts";

const SHAPE = linear(10);
const WORKER = fileURLToPath(new URL("../remote-worker.ts", import.meta.url));

/** What a handler does, in milliseconds. */
const WORK_MS = 5;
/** Handlers that run at the same time: few enough that the processor is not what is short. */
const SLOTS = 8;

type Where = "here" | "remote";

/**
 * Chains of ten steps of 5 ms each, with 8 of them at the same time: by handlers of the engine's process, and by a worker in a process
 * of its own that speaks the worker protocol over HTTP. They take turns on one database.
 */
export async function measureRemote(job: Job): Promise<Finding[]> {
  const { remoteTasks: tasks, remoteRounds: rounds, warmupTasks: warmup } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const rates: Record<Where, number[]> = { here: [], remote: [] };
    const order: readonly Where[] = ["here", "remote"];
    for (let round = 0; round < rounds; round++) {
      for (const where of round % 2 === 0 ? order : order.toReversed()) {
        const seconds = await runRound(job.databaseUrl, where, warmup, tasks);
        rates[where].push((tasks * SHAPE.steps.length) / seconds);
      }
    }
    const verified = order.length * rounds * (warmup + tasks);
    await verifyAudit(database, { tasks: verified, steps: verified * SHAPE.steps.length });
    const common = {
      ...{ bench: job.bench, shape: SHAPE.name, steps: SHAPE.steps.length, concurrency: SLOTS },
      ...{ tasks, warmup_tasks: warmup, ...settings },
    };
    const [here, remote] = [median(rates.here), median(rates.remote)];
    return [
      { ...common, metric: "here_steps_per_s", value: here, unit: "1/s" },
      { ...common, metric: "remote_steps_per_s", value: remote, unit: "1/s" },
      { ...common, metric: "ratio", value: remote / here, unit: "x" },
      { ...common, metric: "verified_steps", value: verified * SHAPE.steps.length, unit: "steps" },
    ];
  } finally {
    await database.close();
  }
}

/** Seconds that the tasks of one round take, without those of its warm-up. */
async function runRound(databaseUrl: string, where: Where, warmup: number, tasks: number): Promise<number> {
  const database = await openPostgres(databaseUrl);
  const registry = new HandlerRegistry();
  const definition = parseTemplate(JSON.stringify(documentOf(SHAPE)));
  registry.register(
    where === "here"
      ? bindTemplate(definition, { BenchStep: () => sleep(WORK_MS, { ok: true }) })
      : bindTemplate(definition, {}, { remote: ["BenchStep"] }),
  );
  const engine = new Engine({ database, registry, concurrency: SLOTS });
  const server = await openServer({ database, engine, registry, rateLimit: null });
  await engine.start();
  const stop = where === "here" ? async () => {} : await startWorker((await server.listen({ port: 0 })).url);
  const run = async (count: number) => {
    const requests = Array.from({ length: count }, () => ({ name: SHAPE.name, namespace: NAMESPACE, context: {} }));
    const submitted = await engine.submitMany(requests);
    await Promise.all(submitted.map(({ taskId }) => engine.settled(taskId)));
  };
  try {
    await run(warmup);
    const begun = performance.now();
    await run(tasks);
    return (performance.now() - begun) / 1_000;
  } finally {
    await stop();
    await engine.stop();
    await server.close();
    await database.close();
  }
}

/** Starts the process of a worker. @returns stops it */
async function startWorker(url: string): Promise<() => Promise<void>> {
  const worker = fork(WORKER);
  const ready = once(worker, "message");
  worker.send({ url, slots: SLOTS, workMs: WORK_MS, handler: "BenchStep" } satisfies RemoteOrder);
  await ready;
  return async () => {
    const exited = once(worker, "exit");
    worker.send("stop");
    await exited;
  };
}
