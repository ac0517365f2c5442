import { withEngine } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { collectGarbage, residentMb } from "../memory-use.ts";
import { linear } from "../shapes.ts";

const CONCURRENCY = 500;

/**
 * Resident memory of a process with an engine: right after its start, after W1, and while thousands of tasks of ten steps
 * are loaded and wait, as many as may run of them in a handler. Garbage is collected before the first and the last.
 */
export async function measureMemory(job: Job): Promise<Finding[]> {
  const { linearTasks, liveTasks, warmupTasks } = job.sizes;
  const shape = linear(10);
  const limits = { concurrency: CONCURRENCY, maxTasks: Math.max(liveTasks, linearTasks) };
  let open = () => {};
  let gate: Promise<void> | null = null;
  const process = async () => {
    await gate;
    return { ok: true };
  };
  const { result, conditions, verifiedSteps } = await withEngine(job, { shape, limits, process }, async (session) => {
    collectGarbage();
    const idle = residentMb();
    await session.complete(await session.submit(warmupTasks));
    await session.complete(await session.submit(linearTasks));
    const underW1 = residentMb();
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const taskIds = await session.submit(liveTasks);
    collectGarbage();
    const live = residentMb();
    open();
    gate = null;
    await session.complete(taskIds);
    return { idle, underW1, live };
  });
  const common = { ...conditions, unit: "MB" } as const;
  return [
    { ...common, metric: "idle_rss_mb", value: result.idle },
    { ...common, metric: "w1_rss_mb", value: result.underW1, tasks: linearTasks },
    { ...common, metric: "live_rss_mb", value: result.live, tasks: liveTasks },
    { ...common, metric: "verified_steps", value: verifiedSteps, unit: "steps" },
  ];
}
