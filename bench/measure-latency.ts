import { CpuMeter } from "./cpu-meter.ts";
import { ENGINE_LIMITS, withEngine } from "./engine-session.ts";
import type { Job } from "./job.ts";
import type { Finding } from "./measurement.ts";
import type { Shape } from "./shapes.ts";
import { quantile } from "./statistics.ts";

/**
 * Tasks of a chain, one at a time on a system that does nothing else. A task's time goes from the call of submit until it
 * is settled; a handoff from the return of a handler to the entry into its child's.
 */
export async function measureLatency(job: Job, shape: Shape): Promise<Finding[]> {
  const { latencyTasks, latencyWarmupTasks } = job.sizes;
  const taskMs: number[] = [];
  const handoffMs: number[] = [];
  const [first] = shape.steps;
  let returnedAt = 0;
  const process = ({ name }: { readonly name: string }) => {
    if (name !== first?.name) handoffMs.push(performance.now() - returnedAt);
    returnedAt = performance.now();
    return { ok: true };
  };
  const run = await withEngine(job, { shape, limits: ENGINE_LIMITS, process }, async (session) => {
    const measureTasks = async (count: number) => {
      for (let task = 0; task < count; task++) {
        const startedAt = performance.now();
        await session.complete(await session.submit(1));
        taskMs.push(performance.now() - startedAt);
      }
    };
    await measureTasks(latencyWarmupTasks);
    taskMs.length = 0;
    handoffMs.length = 0;
    const meter = new CpuMeter(job.serverPid);
    await measureTasks(latencyTasks);
    return meter.measure();
  });
  const common = { ...run.conditions, tasks: latencyTasks, warmup_tasks: latencyWarmupTasks };
  const { otherCpus } = run.result;
  return [
    { ...common, metric: "task_p50_ms", value: quantile(taskMs, 0.5), unit: "ms" },
    { ...common, metric: "task_p99_ms", value: quantile(taskMs, 0.99), unit: "ms" },
    { ...common, metric: "handoff_p50_ms", value: quantile(handoffMs, 0.5), unit: "ms" },
    { ...common, metric: "handoff_p99_ms", value: quantile(handoffMs, 0.99), unit: "ms" },
    ...(otherCpus === null ? [] : [{ ...common, metric: "other_cpus", value: otherCpus, unit: "CPUs" } as const]),
    { ...common, metric: "verified_steps", value: run.verifiedSteps, unit: "steps" },
  ];
}
