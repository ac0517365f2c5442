import { setTimeout as sleep } from "node:timers/promises";
import { Engine, HandlerRegistry, migrate, openPostgres } from "tasker";
import { bindShape, generateTasks, linear, recordCalls } from "tasker/testing";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";
import { quantile } from "../statistics.ts";

/** Time for the engine to be busy with the backlog before anything is measured, in milliseconds. */
const BUSY_MS = 2_000;
/** What a step of the backlog takes, and how many run at the same time: so that the machine has time left, and none. */
const LOADS = [
  { stepMs: 50, concurrency: 20 },
  { stepMs: 10, concurrency: 100 },
];

const BACKLOG = linear(1, { namespace: "backlog", name: "backlog" });
const FEW = linear(1, { namespace: "few", name: "few" });

/**
 * Tasks of one step in one namespace, one at a time, while nothing else is done, and beside a backlog in another namespace,
 * whose steps keep all slots busy: the time from the call of submit until the task is settled.
 */
export async function measureFairness(job: Job): Promise<Finding[]> {
  const { latencyTasks: tasks, latencyWarmupTasks: warmup, backlogTasks: backlog } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const measure = async ({ stepMs, concurrency }: (typeof LOADS)[number]) => {
      const registry = new HandlerRegistry();
      const slow = recordCalls(() => sleep(stepMs, "done"));
      registry.registerMany([bindShape(BACKLOG, { step_1: slow }).template, bindShape(FEW).template]);
      const engine = new Engine({ database, registry, concurrency });
      const taskMs: number[] = [];
      await engine.start();
      try {
        await sleep(BUSY_MS);
        for (let task = 0; task < warmup + tasks; task++) {
          const startedAt = performance.now();
          const { taskId } = await engine.submit({
            namespace: "few",
            name: "few",
            context: { batch_id: "1", number: task },
          });
          const { state } = await engine.settled(taskId);
          if (state !== "complete") throw new Error(`task ${taskId} ended in state ${state}, expected complete`);
          taskMs.push(performance.now() - startedAt);
        }
      } finally {
        await engine.stop();
      }
      return taskMs.slice(warmup);
    };
    const common = { bench: job.bench, shape: "linear", steps: 1, tasks, warmup_tasks: warmup, ...settings };
    const alone: number[][] = [];
    for (const load of LOADS) alone.push(await measure(load));
    await generateTasks(database, { count: backlog, shapes: [{ item: BACKLOG, share: 1 }] });
    await database.execute("vacuum analyze");
    const findings: Finding[] = [];
    for (const [place, load] of LOADS.entries()) {
      const { concurrency } = load;
      const beside = await measure(load);
      const [one, other] = [quantile(alone[place] ?? [], 0.5), quantile(beside, 0.5)];
      findings.push(
        { ...common, concurrency, metric: "alone_p50_ms", value: one, unit: "ms" },
        { ...common, concurrency, metric: "beside_p50_ms", value: other, unit: "ms" },
        { ...common, concurrency, metric: "beside_p99_ms", value: quantile(beside, 0.99), unit: "ms" },
        { ...common, concurrency, metric: "ratio", value: other / one, unit: "x" },
      );
    }
    return findings;
  } finally {
    await database.close();
  }
}
