import { z } from "zod";
import { BENCHMARK_NAMES } from "./benchmark-names.ts";

const limit = z.union([z.int().min(1), z.literal("default")]);

/** One figure of one run, with the conditions that the run itself knows. */
export const Finding = z.strictObject({
  bench: z.enum(BENCHMARK_NAMES),
  /** What was measured, with its unit's prefix in the name where it has one: `steps_per_s`, `handoff_p50_ms`. */
  metric: z.string(),
  value: z.number(),
  unit: z.enum(["1/s", "us", "ns", "ms", "MB", "CPUs", "steps", "events", "x", "min", "MB/h", "1/h"]),
  /** Form of the graph or of the tasks: `linear`, `layered`, `fan`; what else was counted: `subscribers`, `process`. */
  shape: z.string(),
  /** Steps of the graph, or of one task. */
  steps: z.int().min(1),
  /** What the database was asked: a scope, or a function. */
  question: z.string().optional(),
  /** Tasks measured, without those of the warm-up. */
  tasks: z.int().min(1).optional(),
  warmup_tasks: z.int().min(1).optional(),
  /** Processes with an engine. Absent: one. */
  processes: z.int().min(1).optional(),
  /** Whether the time of submitting counts. */
  submit_included: z.boolean().optional(),
  /** The engine's option; `default` if it was not given. */
  concurrency: limit.optional(),
  /** The engine's option; `default` if it was not given. */
  max_tasks: limit.optional(),
  /** Version of the server. Absent, as are the two below, where no database is used. */
  postgres: z.string().optional(),
  fsync: z.string().optional(),
  synchronous_commit: z.string().optional(),
});
export type Finding = z.infer<typeof Finding>;

/** One line of `--json`: a finding, and the conditions of the whole. */
export const Measurement = Finding.extend({
  /** Number of the repetition, from 1. */
  repeat: z.int().min(1),
  node: z.string(),
  cpus: z.int().min(1),
  /** Load average of the minute before the first run. What goes on during a run is its metric `other_cpus`. */
  load_average: z.number(),
  /** Git commit, with `-dirty` if files differ from it. Null outside of a repository. */
  commit: z.string().nullable(),
});
export type Measurement = z.infer<typeof Measurement>;
