import type { BenchmarkName } from "./benchmark-names.ts";
import type { Benchmark, Job } from "./job.ts";
import type { Finding } from "./measurement.ts";

/** Loaded one at a time: the memory of a run is that of its own modules. */
const WORKLOADS: Record<BenchmarkName, () => Promise<Benchmark>> = {
  machine: async () => (await import("./workloads/machine.ts")).measureMachine,
  resolver: async () => (await import("./workloads/resolver.ts")).measureResolver,
  readiness: async () => (await import("./workloads/readiness.ts")).measureReadiness,
  analysis: async () => (await import("./workloads/analysis.ts")).measureAnalysis,
  W1: async () => (await import("./workloads/w1.ts")).measureW1,
  "W1-defaults": async () => (await import("./workloads/w1-defaults.ts")).measureW1Defaults,
  "W1-sustained": async () => (await import("./workloads/w1-sustained.ts")).measureW1Sustained,
  W2: async () => (await import("./workloads/w2.ts")).measureW2,
  W3: async () => (await import("./workloads/w3.ts")).measureW3,
  W4: async () => (await import("./workloads/w4.ts")).measureW4,
  "chain-4": async () => (await import("./workloads/chain-4.ts")).measureChain4,
  transition: async () => (await import("./workloads/transition.ts")).measureTransition,
  "fan-out": async () => (await import("./workloads/fan-out.ts")).measureFanOut,
  flatness: async () => (await import("./workloads/flatness.ts")).measureFlatness,
  remote: async () => (await import("./workloads/remote.ts")).measureRemote,
  "http-create": async () => (await import("./workloads/http-create.ts")).measureHttpCreate,
  "http-read": async () => (await import("./workloads/http-read.ts")).measureHttpRead,
  live: async () => (await import("./workloads/live.ts")).measureLive,
  scaling: async () => (await import("./workloads/scaling.ts")).measureScaling,
  "durable-events": async () => (await import("./workloads/durable-events.ts")).measureDurableEvents,
  events: async () => (await import("./workloads/events.ts")).measureEvents,
  tracing: async () => (await import("./workloads/tracing.ts")).measureTracing,
  memory: async () => (await import("./workloads/memory.ts")).measureMemory,
  startup: async () => (await import("./workloads/startup.ts")).measureStartup,
  soak: async () => (await import("./workloads/soak.ts")).measureSoak,
  data: async () => (await import("./workloads/data.ts")).measureData,
  rails: async () => (await import("./workloads/rails.ts")).measureRails,
  fairness: async () => (await import("./workloads/fairness.ts")).measureFairness,
  telemetry: async () => (await import("./workloads/telemetry.ts")).measureTelemetry,
  cache: async () => (await import("./workloads/cache.ts")).measureCache,
  restarts: async () => (await import("./workloads/restarts.ts")).measureRestarts,
};

/** Runs one benchmark once, in this process. */
export async function measureJob(job: Job): Promise<Finding[]> {
  const measure = await WORKLOADS[job.bench]();
  return measure(job);
}
