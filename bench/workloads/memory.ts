import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Database, Engine, HandlerRegistry, migrate, openPostgres } from "tasker";
import { z } from "zod";
import { documentOf, NAMESPACE, templateOf } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";
import { linear } from "../shapes.ts";
import { verifyAudit } from "../verify-audit.ts";

const SHAPE = linear(10);
const PROGRAM = fileURLToPath(new URL("../memory-process.js", import.meta.url));
const CLI = fileURLToPath(new URL("../../packages/tasker/bin/tasker.js", import.meta.url));
const CONCURRENCY = 500;
const POLL_MS = 20;
const Figures = z.strictObject({ idle: z.number(), underW1: z.number(), live: z.number() });

/**
 * Resident memory of processes that run the built package without stripping types. Of a program with an engine: right after its
 * start, after W1, and while thousands of tasks of ten steps are loaded and wait, as many as may run of them in a handler; garbage
 * is collected before the first and the last. Of `tasker work`: right after its start, and after W1, which others submit.
 */
export async function measureMemory(job: Job): Promise<Finding[]> {
  const { linearTasks, liveTasks, warmupTasks } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const numbers = JSON.stringify({ warmupTasks, linearTasks, liveTasks });
    const args = [PROGRAM, job.databaseUrl, JSON.stringify(documentOf(SHAPE)), numbers];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const program = Figures.parse(JSON.parse(stdout));
    const worker = await measureWorker(job, database);
    const tasks = 2 * (warmupTasks + linearTasks) + liveTasks;
    const verifiedSteps = tasks * SHAPE.steps.length;
    await verifyAudit(database, { tasks, steps: verifiedSteps });
    const common = { bench: job.bench, shape: SHAPE.name, steps: SHAPE.steps.length, ...settings };
    const limits = { concurrency: CONCURRENCY, max_tasks: Math.max(liveTasks, linearTasks) };
    const inMb = { ...common, unit: "MB" } as const;
    return [
      { ...inMb, ...limits, metric: "idle_rss_mb", value: program.idle },
      { ...inMb, ...limits, metric: "w1_rss_mb", value: program.underW1, tasks: linearTasks },
      { ...inMb, ...limits, metric: "live_rss_mb", value: program.live, tasks: liveTasks },
      { ...inMb, metric: "worker_idle_rss_mb", value: worker.idle },
      { ...inMb, metric: "worker_w1_rss_mb", value: worker.underW1, tasks: linearTasks },
      { ...common, metric: "verified_steps", value: verifiedSteps, unit: "steps" },
    ];
  } finally {
    await database.close();
  }
}

async function measureWorker(
  job: Job,
  database: Database,
): Promise<{ readonly idle: number; readonly underW1: number }> {
  const directory = mkdtempSync(join(tmpdir(), "tasker-bench-"));
  writeFileSync(join(directory, "linear.yaml"), JSON.stringify(documentOf(SHAPE)));
  writeFileSync(join(directory, "linear.js"), "export const BenchStep = () => ({ ok: true });\n");
  const options = ["--template", "linear.yaml", "--handlers", "linear.js", "--concurrency", String(CONCURRENCY)];
  const worker = spawn(process.execPath, [CLI, "work", ...options, "--database-url", job.databaseUrl], {
    cwd: directory,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(worker, "close");
  try {
    await isWorking(worker);
    const idle = residentMbOf(worker);
    const registry = new HandlerRegistry();
    registry.register(templateOf({ shape: SHAPE, process: () => ({ ok: true }) }));
    const submitter = new Engine({ database, registry });
    for (const count of [job.sizes.warmupTasks, job.sizes.linearTasks]) {
      const request = { name: SHAPE.name, namespace: NAMESPACE };
      await submitter.submitMany(Array.from({ length: count }, (_, number) => ({ ...request, context: { number } })));
      while ((await countOpenTasks(database)) > 0) await sleep(POLL_MS);
    }
    return { idle, underW1: residentMbOf(worker) };
  } finally {
    worker.kill("SIGTERM");
    await ended;
    rmSync(directory, { recursive: true });
  }
}

/** Resolves when a worker has said that it works. @throws Error if it ends before that */
async function isWorking(worker: ChildProcess): Promise<void> {
  const said: string[] = [];
  if (worker.stderr === null) throw new Error("the worker has no standard error");
  for await (const line of createInterface({ input: worker.stderr })) {
    said.push(line);
    if (line.includes("working on")) return;
  }
  throw new Error(`the worker ended: ${said.join("\n")}`);
}

async function countOpenTasks(database: Database): Promise<number> {
  const [row] = await database.query("select count(*)::int as open from tasker_tasks where not complete");
  return z.object({ open: z.number() }).parse(row).open;
}

/** Resident memory of a process that still runs, in megabytes. From /proc: Linux only. */
function residentMbOf({ pid }: ChildProcess): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return (Number(kilobytes) * 1_024) / 1e6;
}
