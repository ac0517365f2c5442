import { CpuMeter } from "../cpu-meter.ts";
import { ENGINE_LIMITS, withEngine } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";
import { quantile } from "../statistics.ts";

/**
 * Tasks of one step, one at a time on a system that does nothing else: each is started with one commit and ended with
 * one. The start goes from the return of submit to the entry into the handler, the end from the handler's return until
 * the task is settled.
 */
export async function measureTransition(job: Job): Promise<Finding[]> {
  const { latencyTasks, latencyWarmupTasks } = job.sizes;
  const startMs: number[] = [];
  const endMs: number[] = [];
  let enteredAt = 0;
  let returnedAt = 0;
  const process = () => {
    enteredAt = performance.now();
    const results = { ok: true };
    returnedAt = performance.now();
    return results;
  };
  const run = await withEngine(job, { shape: linear(1), limits: ENGINE_LIMITS, process }, async (session) => {
    const measureTasks = async (count: number) => {
      for (let task = 0; task < count; task++) {
        const taskIds = await session.submit(1);
        const submittedAt = performance.now();
        await session.complete(taskIds);
        const settledAt = performance.now();
        startMs.push(enteredAt - submittedAt);
        endMs.push(settledAt - returnedAt);
      }
    };
    await measureTasks(latencyWarmupTasks);
    startMs.length = 0;
    endMs.length = 0;
    const meter = new CpuMeter(job.serverPid);
    await measureTasks(latencyTasks);
    return meter.measure();
  });
  const common = { ...run.conditions, tasks: latencyTasks, warmup_tasks: latencyWarmupTasks };
  const { otherCpus } = run.result;
  return [
    { ...common, metric: "start_p50_ms", value: quantile(startMs, 0.5), unit: "ms" },
    { ...common, metric: "start_p99_ms", value: quantile(startMs, 0.99), unit: "ms" },
    { ...common, metric: "end_p50_ms", value: quantile(endMs, 0.5), unit: "ms" },
    { ...common, metric: "end_p99_ms", value: quantile(endMs, 0.99), unit: "ms" },
    ...(otherCpus === null ? [] : [{ ...common, metric: "other_cpus", value: otherCpus, unit: "CPUs" } as const]),
    { ...common, metric: "verified_steps", value: run.verifiedSteps, unit: "steps" },
  ];
}
