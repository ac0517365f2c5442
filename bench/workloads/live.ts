import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Database, Engine, HandlerRegistry, migrate, openPostgres } from "tasker";
import { openServer } from "tasker/server";
import { z } from "zod";
import { CpuMeter } from "../cpu-meter.ts";
import { ENGINE_LIMITS, NAMESPACE, templateOf } from "../engine-session.ts";
import type { Job } from "../job.ts";
import { type ClientsOrder, ClientsReport } from "../load/clients-order.ts";
import { positionOf, readTold } from "../load/told-events.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";
import { linear } from "../shapes.ts";
import { median } from "../statistics.ts";
import { verifyAudit } from "../verify-audit.ts";

const SHAPE = linear(10);
const CLIENTS = fileURLToPath(new URL("../load/live-clients.ts", import.meta.url));
/** How long clients may take to get what they are told, in milliseconds. */
const PATIENCE_MS = 60_000;
const POLL_MS = 50;

/** What the clients watch: nothing that happens, one of the tasks each, the end of every task; and, a hundredth of them, everything. */
const AUDIENCES = ["elsewhere", "task", "ends", "everything"] as const;
type Audience = (typeof AUDIENCES)[number];

/** One W1. */
interface Round {
  readonly perSecond: number;
  readonly rssMb: number;
  /** CPU time of this process and the server until all clients had been told, in microseconds. */
  readonly cpuUs: number;
  /** How long after the end of the last task all clients had been told, in milliseconds, and of how many events. */
  readonly lateMs: number;
  readonly told: number;
}

/**
 * W1 in a process that also serves live events, with and without clients that watch, in turns. The clients are in a process of their
 * own. What each of them gets is compared with what a client is told that comes afterwards.
 * @throws Error if a client is told something else, or no more
 */
export async function measureLive(job: Job): Promise<Finding[]> {
  const { watchers, watchRounds, linearTasks: tasks, warmupTasks } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  const registry = new HandlerRegistry();
  registry.register(templateOf({ shape: SHAPE, process: () => ({ ok: true }) }));
  const engine = new Engine({ database, registry, ...ENGINE_LIMITS });
  const server = await openServer({ database, engine, registry, rateLimit: null, overrideGlobals: true });
  const clients = fork(CLIENTS);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    await engine.start();
    const { url } = await server.listen({ port: 0 });
    const start = await positionOf(url);
    await runTasks(engine, warmupTasks);
    const eventsPerTask = (await readTold(url, start, warmupTasks))("/").count / warmupTasks;
    await runTasks(engine, tasks);
    const stage = { database, engine, clients, url, tasks, serverPid: job.serverPid, eventsPerTask };
    const rounds: Record<Audience | "alone", Round[]> = {
      alone: [],
      elsewhere: [],
      task: [],
      ends: [],
      everything: [],
    };
    for (let round = 0; round < watchRounds; round++) {
      for (const [place, audience] of AUDIENCES.entries()) {
        rounds.alone.push(await runAlone(stage));
        rounds[audience].push(await runWatched(stage, audience, watchers, `127.0.1.${1 + place}`));
      }
    }
    await engine.stop();
    const complete = warmupTasks + tasks * (1 + 2 * watchRounds * AUDIENCES.length);
    await verifyAudit(database, { tasks: complete, steps: complete * SHAPE.steps.length });
    const common = {
      bench: job.bench,
      shape: SHAPE.name,
      steps: SHAPE.steps.length,
      tasks,
      warmup_tasks: warmupTasks,
      concurrency: ENGINE_LIMITS.concurrency,
      ...settings,
    };
    const of = (audience: Audience | "alone", figure: keyof Round) =>
      median(rounds[audience].map((round) => round[figure]));
    const alone = of("alone", "perSecond");
    const steps = tasks * SHAPE.steps.length;
    return [
      { ...common, metric: "alone_steps_per_s", value: alone, unit: "1/s" },
      { ...common, metric: "alone_cpu_us_per_step", value: of("alone", "cpuUs") / steps, unit: "us" },
      { ...common, metric: "alone_rss_mb", value: of("alone", "rssMb"), unit: "MB" },
      ...AUDIENCES.flatMap((audience): Finding[] => [
        { ...common, metric: `${audience}_ratio`, value: of(audience, "perSecond") / alone, unit: "x" },
        { ...common, metric: `${audience}_steps_per_s`, value: of(audience, "perSecond"), unit: "1/s" },
        { ...common, metric: `${audience}_cpu_us_per_step`, value: of(audience, "cpuUs") / steps, unit: "us" },
        { ...common, metric: `${audience}_rss_mb`, value: of(audience, "rssMb"), unit: "MB" },
        { ...common, metric: `${audience}_late_ms`, value: of(audience, "lateMs"), unit: "ms" },
        ...(audience === "elsewhere"
          ? []
          : [{ ...common, metric: `${audience}_events`, value: of(audience, "told"), unit: "events" } as const]),
      ]),
      { ...common, metric: "verified_steps", value: complete * SHAPE.steps.length, unit: "steps" },
    ];
  } finally {
    clients.kill();
    await engine.stop();
    await server.close();
    await database.close();
  }
}

interface Stage {
  readonly database: Database;
  readonly engine: Engine;
  readonly clients: ChildProcess;
  readonly url: string;
  readonly tasks: number;
  readonly serverPid: number | null;
  readonly eventsPerTask: number;
}

/** CPU time of this process and of the server. */
function cpuUsOf(meter: CpuMeter): number {
  const { nodeUs, serverUs } = meter.measure();
  return nodeUs + (serverUs ?? 0);
}

async function runAlone({ engine, tasks, serverPid }: Stage): Promise<Round> {
  const meter = new CpuMeter(serverPid);
  const perSecond = await runTasks(engine, tasks);
  return { perSecond, rssMb: process.memoryUsage.rss() / 1e6, cpuUs: cpuUsOf(meter), lateMs: 0, told: 0 };
}

async function runWatched(stage: Stage, audience: Audience, watchers: number, from: string): Promise<Round> {
  const { database, engine, clients, url, tasks, serverPid } = stage;
  const [row] = await database.query("select max(task_id)::int as last from tasker_tasks");
  const { last } = z.object({ last: z.int() }).parse(row);
  const paths = pathsOf(audience, watchers, last, tasks);
  const before = await positionOf(url);
  await ask(clients, { kind: "open", port: Number(new URL(url).port), from, paths });
  const meter = new CpuMeter(serverPid);
  const perSecond = await runTasks(engine, tasks);
  const rssMb = process.memoryUsage.rss() / 1e6;
  const endedAt = performance.now();
  const told = eventsOf(audience, stage) * paths.length;
  const report = await untilTold(clients, told);
  const lateMs = performance.now() - endedAt;
  const cpuUs = cpuUsOf(meter);
  const expected = await readTold(url, before, tasks);
  const marks = new Map([...new Set(paths)].map((path) => [path, expected(path).mark]));
  for (const [path, mark] of marks) {
    const [got, ...others] = report.marks[path] ?? [];
    if (got !== mark || others.length > 0) {
      throw new Error(`clients of ${path} were told ${[got, ...others].join(", ")}, expected ${mark}`);
    }
  }
  await ask(clients, { kind: "close" });
  return { perSecond, rssMb, cpuUs, lateMs, told };
}

/** How many events a client is told. */
function eventsOf(audience: Audience, { tasks, eventsPerTask }: Stage): number {
  return { elsewhere: 0, task: eventsPerTask, ends: tasks, everything: eventsPerTask * tasks }[audience];
}

/** What each client asks for. @param last id of the last task that there is */
function pathsOf(audience: Audience, watchers: number, last: number, tasks: number): string[] {
  const path = "/v1/events/stream";
  const each = (count: number, make: (place: number) => string) =>
    Array.from({ length: count }, (_, place) => make(place));
  switch (audience) {
    case "elsewhere":
      return each(watchers, () => `${path}?namespace=elsewhere`);
    case "task":
      return each(watchers, (place) => `${path}?task_id=${last + 1 + (place % tasks)}`);
    case "ends":
      return each(watchers, () => `${path}?name=task.completed`);
    case "everything":
      return each(Math.ceil(watchers / 100), () => path);
  }
}

/** Submits tasks with one call and waits for their ends. @returns steps per second */
async function runTasks(engine: Engine, tasks: number): Promise<number> {
  const requests = Array.from({ length: tasks }, () => ({ name: SHAPE.name, namespace: NAMESPACE, context: {} }));
  const startedAt = performance.now();
  const submitted = await engine.submitMany(requests);
  await Promise.all(submitted.map(({ taskId }) => engine.settled(taskId)));
  return (tasks * SHAPE.steps.length * 1_000) / (performance.now() - startedAt);
}

/** @throws Error if clients are told no more, or not all of it in time */
async function untilTold(clients: ChildProcess, events: number): Promise<ClientsReport> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const report = ClientsReport.parse(await ask(clients, { kind: "report" }));
    if (report.ended > 0) throw new Error(`${report.ended} clients are told no more`);
    if (report.events >= events) return report;
    if (performance.now() > end) throw new Error(`clients were told ${report.events} events, expected ${events}`);
    await sleep(POLL_MS);
  }
}

async function ask(clients: ChildProcess, order: ClientsOrder): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const died = once(clients, "exit", { signal }).then(() =>
    Promise.reject(new Error("the process of the clients ended")),
  );
  const answer = Promise.race([once(clients, "message", { signal }), died]);
  clients.send(order);
  const [message] = await answer.finally(() => waiting.abort());
  return message;
}
