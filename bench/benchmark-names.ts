/** Every benchmark, in the order in which they run. */
export const BENCHMARK_NAMES = [
  "machine",
  "resolver",
  "readiness",
  "analysis",
  "W1",
  "W1-defaults",
  "W1-sustained",
  "W2",
  "W3",
  "W4",
  "chain-4",
  "transition",
  "fan-out",
  "flatness",
  "scaling",
  "remote",
  "http-create",
  "http-read",
  "live",
  "events",
  "tracing",
  "durable-events",
  "memory",
  "startup",
  "soak",
  "data",
  "rails",
  "restarts",
  "fairness",
  "telemetry",
  "cache",
] as const;

export type BenchmarkName = (typeof BENCHMARK_NAMES)[number];

/** Those that run when none is named. */
export const DEFAULT_BENCHMARKS: readonly BenchmarkName[] = ["resolver", "W1", "W1-defaults", "W2", "W3", "W4"];

export function isBenchmarkName(name: string): name is BenchmarkName {
  return BENCHMARK_NAMES.some((known) => known === name);
}
