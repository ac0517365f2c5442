import { type Database, Engine, HandlerRegistry, migrate, openPostgres } from "tasker";
import { createLog, EngineMetrics, logEvents, Metrics } from "tasker/telemetry";
import { CpuMeter } from "../cpu-meter.ts";
import { ENGINE_LIMITS, NAMESPACE, templateOf } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";
import { linear } from "../shapes.ts";
import { median } from "../statistics.ts";
import { TraceSink } from "../trace-provider.ts";
import { verifyAudit } from "../verify-audit.ts";

const SHAPE = linear(10);

/** What watches the engine of a round. */
type Watching = "off" | "watched" | "sampled" | "traced";
/** Share of the traces that are kept in rounds with spans. */
const SAMPLING: Readonly<Partial<Record<Watching, number>>> = { sampled: 0.1, traced: 1 };

/**
 * The work of W1 without telemetry; with metrics, and logs at their default level; with a tenth of the traces besides; and with all
 * of them. Lines go nowhere, spans by HTTP to a thread that drops them. They take turns, so that a slow moment falls on all.
 */
export async function measureTelemetry(job: Job): Promise<Finding[]> {
  const { telemetryRounds: rounds, linearTasks: tasks, warmupTasks: warmup } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  const sink = await TraceSink.open();
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const taken: Record<Watching, Round[]> = { off: [], watched: [], sampled: [], traced: [] };
    const order: readonly Watching[] = ["off", "watched", "sampled", "traced"];
    const run = (watching: Watching, count: number) =>
      runRound({ database, sink, serverPid: job.serverPid }, watching, count);
    for (const watching of order) await run(watching, warmup);
    for (let round = 0; round < rounds; round++) {
      for (const watching of round % 2 === 0 ? order : order.toReversed()) {
        taken[watching].push(await run(watching, tasks));
      }
    }
    const verified = order.length * (warmup + rounds * tasks);
    await verifyAudit(database, { tasks: verified, steps: verified * SHAPE.steps.length });
    const common = {
      bench: job.bench,
      shape: SHAPE.name,
      steps: SHAPE.steps.length,
      tasks,
      warmup_tasks: warmup,
      ...settings,
    };
    const steps = tasks * SHAPE.steps.length;
    const rateOf = (watching: Watching) => median(taken[watching].map(({ ms }) => (steps * 1_000) / ms));
    const off = rateOf("off");
    return order.flatMap((watching): Finding[] => {
      const value = rateOf(watching);
      const findings: Finding[] = [{ ...common, metric: `${watching}_steps_per_s`, value, unit: "1/s" }];
      if (watching !== "off") findings.push({ ...common, metric: `${watching}_ratio`, value: value / off, unit: "x" });
      const cpu = median(taken[watching].map(({ cpuUs }) => cpuUs / steps));
      findings.push({ ...common, metric: `${watching}_cpu_us_per_step`, value: cpu, unit: "us" });
      return findings;
    });
  } finally {
    await sink.close();
    await database.close();
  }
}

/** From the submit of all tasks to the end of the last one and of the export of its spans. */
interface Round {
  readonly ms: number;
  /** CPU time of this process, the thread that takes spans included, and of the server if it is ours. */
  readonly cpuUs: number;
}

interface Place {
  readonly database: Database;
  readonly sink: TraceSink;
  readonly serverPid: number | null;
}

async function runRound({ database, sink, serverPid }: Place, watching: Watching, tasks: number): Promise<Round> {
  const registry = new HandlerRegistry();
  registry.register(templateOf({ shape: SHAPE, process: () => ({ ok: true }) }));
  const isWatched = watching !== "off";
  const meter = isWatched ? new EngineMetrics(new Metrics()) : null;
  let lines = 0;
  const write = () => {
    lines += 1;
  };
  const log = createLog({ level: "info" }, { destination: { write } });
  const sampling = SAMPLING[watching];
  const unregister = sampling === undefined ? null : sink.register();
  const engine = new Engine({
    database,
    registry,
    ...ENGINE_LIMITS,
    tracing: sampling === undefined ? false : { event_sampling_rate: sampling },
    ...(meter === null ? {} : { meter, log: log.component("engine") }),
  });
  if (isWatched) logEvents(log.component("events"), engine);
  const end = meter?.observe({ engine, database });
  await engine.start();
  try {
    const requests = Array.from({ length: tasks }, (_, number) => ({
      name: SHAPE.name,
      namespace: NAMESPACE,
      context: { number },
    }));
    const cpu = new CpuMeter(serverPid);
    const startedAt = performance.now();
    const submitted = await engine.submitMany(requests);
    await Promise.all(submitted.map(({ taskId }) => engine.settled(taskId)));
    // What is not exported yet belongs to it.
    await unregister?.();
    const ms = performance.now() - startedAt;
    const { nodeUs, serverUs } = cpu.measure();
    if (isWatched && lines === 0) throw new Error("no line was written");
    return { ms, cpuUs: nodeUs + (serverUs ?? 0) };
  } finally {
    await engine.stop();
    await end?.();
    await unregister?.();
  }
}
