import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { CpuMeter } from "../cpu-meter.ts";
import { quantile } from "../statistics.ts";
import type { PeerFinding } from "./peer-finding.ts";
import type { PeerJob } from "./peer-job.ts";
import { PEERS } from "./peers.ts";
import { Probe } from "./probe.ts";
import { shapeOf } from "./workloads.ts";

/**
 * Runs one workload on one system, in this process, after a few tasks of the same shape.
 * @throws Error if a step did not run, ran twice, or is not in the store afterwards
 */
export async function measurePeer(job: PeerJob): Promise<PeerFinding[]> {
  const peer = PEERS[job.peer];
  const shape = shapeOf(job.workload);
  const probe = new Probe(shape.steps[0]?.name ?? "");
  const { load } = await loader(job.directory);
  const session = await peer.open({
    url: job.url,
    workload: job.workload,
    shape,
    step: (name) => probe.step(name),
    entered: (steps) => probe.entered(steps),
    load,
    directory: job.directory,
  });
  try {
    const tasks = peer.tasks?.[job.workload] ?? job.sizes[job.workload];
    const warmup = Math.min(tasks, job.sizes.warmup);
    const measure = job.workload === "W4" ? measureLatency : measureThroughput;
    const findings = await measure({ job, probe, tasks, warmup, run: (count) => session.run(count) });
    const steps = (tasks + warmup) * shape.steps.length;
    if (probe.steps !== steps) throw new Error(`${probe.steps} steps ran, expected ${steps}`);
    await session.verify(tasks + warmup);
    return findings;
  } finally {
    await session.close();
  }
}

interface Load {
  readonly job: PeerJob;
  readonly probe: Probe;
  readonly tasks: number;
  readonly warmup: number;
  readonly run: (tasks: number) => Promise<void>;
}

/** All tasks at once, from the first call until the last step is durable. */
async function measureThroughput({ job, probe, tasks, warmup, run }: Load): Promise<PeerFinding[]> {
  await run(warmup);
  const before = probe.steps;
  const meter = new CpuMeter(job.serverPid);
  const startedAt = performance.now();
  await run(tasks);
  const elapsedMs = performance.now() - startedAt;
  const { nodeUs, serverUs, otherCpus } = meter.measure();
  const steps = probe.steps - before;
  return [
    { metric: "steps_per_s", value: (steps * 1_000) / elapsedMs, unit: "1/s" },
    { metric: "node_cpu_us_per_step", value: nodeUs / steps, unit: "us" },
    ...(serverUs === null
      ? []
      : [{ metric: "server_cpu_us_per_step", value: serverUs / steps, unit: "us" } satisfies PeerFinding]),
    ...(otherCpus === null ? [] : [{ metric: "other_cpus", value: otherCpus, unit: "CPUs" } satisfies PeerFinding]),
    { metric: "rss_mb", value: process.memoryUsage.rss() / 1e6, unit: "MB" },
  ];
}

/** One task at a time. */
async function measureLatency({ probe, tasks, warmup, run }: Load): Promise<PeerFinding[]> {
  const taskMs: number[] = [];
  for (let task = 0; task < warmup + tasks; task++) {
    if (task === warmup) probe.handoffMs.length = 0;
    const startedAt = performance.now();
    await run(1);
    if (task >= warmup) taskMs.push(performance.now() - startedAt);
  }
  return [
    { metric: "task_p50_ms", value: quantile(taskMs, 0.5), unit: "ms" },
    { metric: "handoff_p50_ms", value: quantile(probe.handoffMs, 0.5), unit: "ms" },
    { metric: "handoff_p99_ms", value: quantile(probe.handoffMs, 0.99), unit: "ms" },
  ];
}

/** A module in the directory of the packages, which finds them as its neighbours. See install-peer.ts. */
async function loader(directory: string): Promise<{ readonly load: (name: string) => Promise<unknown> }> {
  const load = async (name: string): Promise<unknown> => {
    const module: { readonly load: (name: string) => Promise<unknown> } = await import(
      pathToFileURL(join(directory, "load.mjs")).href
    );
    return module.load(name);
  };
  return { load };
}
