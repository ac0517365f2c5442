import { CpuMeter, type CpuUse } from "./cpu-meter.ts";
import { ENGINE_LIMITS, type EngineLimits, type EngineSession, withEngine } from "./engine-session.ts";
import type { Job } from "./job.ts";
import type { Finding } from "./measurement.ts";
import type { Shape } from "./shapes.ts";

/** Many tasks at once. */
export interface ThroughputLoad {
  readonly shape: Shape;
  readonly tasks: number;
  /** Tasks of one call of submit. Default: all. */
  readonly tasksPerSubmit?: number;
  /** Default: {@link ENGINE_LIMITS}. */
  readonly limits?: EngineLimits;
}

/** Times in milliseconds since the first submit, memory in megabytes. */
interface Sample {
  readonly submittedMs: number;
  readonly completeMs: number;
  readonly cpu: CpuUse;
  readonly rssMb: number;
  readonly peakRssMb: number;
}

/**
 * Submits tasks of steps that do nothing and waits until all are complete, after a warm-up of a few of the same shape.
 * The rate of steps is given with the time of submitting and, where all tasks are submitted before the first starts,
 * without it.
 */
export async function measureThroughput(job: Job, load: ThroughputLoad): Promise<Finding[]> {
  const { shape, tasks, limits = ENGINE_LIMITS } = load;
  const { warmupTasks } = job.sizes;
  const options = { shape, limits, process: () => ({ ok: true }) };
  const { result, conditions, verifiedSteps } = await withEngine(job, options, async (session) => {
    await session.complete(await session.submit(warmupTasks));
    return sample(session, load, job.serverPid);
  });
  const steps = tasks * shape.steps.length;
  const common = { ...conditions, tasks, warmup_tasks: warmupTasks };
  const findings: Finding[] = [
    { ...common, metric: "steps_per_s", value: rate(steps, result.completeMs), unit: "1/s", submit_included: true },
  ];
  if (load.tasksPerSubmit === undefined) {
    const value = rate(steps, result.completeMs - result.submittedMs);
    findings.push({ ...common, metric: "steps_per_s", value, unit: "1/s", submit_included: false });
  }
  const { nodeUs, serverUs, otherCpus } = result.cpu;
  findings.push({ ...common, metric: "node_cpu_us_per_step", value: nodeUs / steps, unit: "us" });
  if (serverUs !== null) {
    findings.push({ ...common, metric: "server_cpu_us_per_step", value: serverUs / steps, unit: "us" });
  }
  if (otherCpus !== null) findings.push({ ...common, metric: "other_cpus", value: otherCpus, unit: "CPUs" });
  findings.push(
    { ...common, metric: "rss_mb", value: result.rssMb, unit: "MB" },
    { ...common, metric: "rss_peak_mb", value: result.peakRssMb, unit: "MB" },
    { ...common, metric: "verified_steps", value: verifiedSteps, unit: "steps" },
  );
  return findings;
}

async function sample(session: EngineSession, load: ThroughputLoad, serverPid: number | null): Promise<Sample> {
  const { tasks, tasksPerSubmit = tasks } = load;
  const meter = new CpuMeter(serverPid);
  const startedAt = performance.now();
  const completions: Promise<void>[] = [];
  for (let submitted = 0; submitted < tasks; submitted += tasksPerSubmit) {
    const taskIds = await session.submit(Math.min(tasksPerSubmit, tasks - submitted));
    completions.push(session.complete(taskIds));
  }
  const submittedMs = performance.now() - startedAt;
  await Promise.all(completions);
  const completeMs = performance.now() - startedAt;
  return {
    submittedMs,
    completeMs,
    cpu: meter.measure(),
    rssMb: process.memoryUsage.rss() / 1e6,
    peakRssMb: (process.resourceUsage().maxRSS * 1024) / 1e6,
  };
}

function rate(count: number, elapsedMs: number): number {
  return (count * 1_000) / elapsedMs;
}
