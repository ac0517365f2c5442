import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { type Database, Engine, HandlerRegistry, migrate, openPostgres } from "tasker";
import { createLog, EngineMetrics, logEvent, Metrics } from "tasker/telemetry";
import { ENGINE_LIMITS, NAMESPACE, templateOf } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";
import { linear } from "../shapes.ts";
import { median } from "../statistics.ts";
import { verifyAudit } from "../verify-audit.ts";

const SHAPE = linear(10);

/** What watches the engine of a round. */
type Watching = "off" | "watched" | "traced";

/**
 * The work of W1 without telemetry; with metrics, logs of all events at info into nothing, and another subscriber; and with
 * spans besides, which an exporter throws away. The three take turns, so that a slow moment falls on all of them.
 */
export async function measureTelemetry(job: Job): Promise<Finding[]> {
  const { telemetryRounds: rounds, linearTasks: tasks, warmupTasks: warmup } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter: nowhere })] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const rates: Record<Watching, number[]> = { off: [], watched: [], traced: [] };
    const order: readonly Watching[] = ["off", "watched", "traced"];
    for (const watching of order) await runRound(database, watching, warmup);
    for (let round = 0; round < rounds; round++) {
      for (const watching of round % 2 === 0 ? order : order.toReversed()) {
        rates[watching].push((tasks * SHAPE.steps.length * 1_000) / (await runRound(database, watching, tasks)));
      }
    }
    const verified = 3 * (warmup + rounds * tasks);
    await verifyAudit(database, { tasks: verified, steps: verified * SHAPE.steps.length });
    const common = {
      bench: job.bench,
      shape: SHAPE.name,
      steps: SHAPE.steps.length,
      tasks,
      warmup_tasks: warmup,
      ...settings,
    };
    const off = median(rates.off);
    return [
      { ...common, metric: "off_steps_per_s", value: off, unit: "1/s" },
      { ...common, metric: "watched_steps_per_s", value: median(rates.watched), unit: "1/s" },
      { ...common, metric: "traced_steps_per_s", value: median(rates.traced), unit: "1/s" },
      { ...common, metric: "watched_ratio", value: median(rates.watched) / off, unit: "x" },
      { ...common, metric: "traced_ratio", value: median(rates.traced) / off, unit: "x" },
    ];
  } finally {
    trace.disable();
    context.disable();
    await provider.shutdown();
    await database.close();
  }
}

/** @returns milliseconds from the submit of all tasks to the end of the last one */
async function runRound(database: Database, watching: Watching, tasks: number): Promise<number> {
  const registry = new HandlerRegistry();
  registry.register(templateOf({ shape: SHAPE, process: () => ({ ok: true }) }));
  const isWatched = watching !== "off";
  const meter = isWatched ? new EngineMetrics(new Metrics()) : null;
  const log = createLog({ level: "info" }, { destination: { write: () => undefined } });
  const engine = new Engine({
    database,
    registry,
    ...ENGINE_LIMITS,
    tracing: watching === "traced",
    ...(meter === null ? {} : { meter, log: log.component("engine") }),
  });
  let heard = 0;
  if (isWatched) {
    const events = log.component("events");
    engine.on((event) => logEvent(events, event));
    engine.on(() => {
      heard += 1;
    });
  }
  const end = meter?.observe({ engine, database });
  await engine.start();
  try {
    const requests = Array.from({ length: tasks }, (_, number) => ({
      name: SHAPE.name,
      namespace: NAMESPACE,
      context: { number },
    }));
    const startedAt = performance.now();
    const submitted = await engine.submitMany(requests);
    await Promise.all(submitted.map(({ taskId }) => engine.settled(taskId)));
    const ms = performance.now() - startedAt;
    if (isWatched && heard === 0) throw new Error("no event was heard");
    return ms;
  } finally {
    await engine.stop();
    await end?.();
  }
}

const nowhere: ConstructorParameters<typeof BatchSpanProcessor>[0]["exporter"] = {
  export: (_spans, done) => done({ code: 0 }),
  shutdown: async () => undefined,
};
