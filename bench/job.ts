import { z } from "zod";
import { BENCHMARK_NAMES } from "./benchmark-names.ts";
import type { Finding } from "./measurement.ts";
import { Sizes } from "./sizes.ts";

/** One run of one benchmark. */
export const Job = z.strictObject({
  bench: z.enum(BENCHMARK_NAMES),
  /** An empty database for this run alone. */
  databaseUrl: z.string(),
  /** Process id of the server, if it was started for benchmarks alone: then its CPU time is measured too. */
  serverPid: z.int().nullable(),
  /** Whether to refuse a server that does not wait for the disk. Only tests do without. */
  requireDurability: z.boolean(),
  /** File into which soak draws its curves, or null. */
  plot: z.string().nullable(),
  sizes: Sizes,
});
export type Job = z.infer<typeof Job>;

/** Runs a benchmark once. It rejects if what the engine wrote is not what it should be. */
export type Benchmark = (job: Job) => Promise<Finding[]>;
