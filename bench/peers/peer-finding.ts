import { z } from "zod";
import { PEER_NAMES } from "./peer-names.ts";
import { WORKLOADS } from "./workloads.ts";

/** One figure of one run of a system. */
export const PeerFinding = z.strictObject({
  metric: z.enum([
    "steps_per_s",
    "node_cpu_us_per_step",
    "server_cpu_us_per_step",
    "other_cpus",
    "rss_mb",
    "task_p50_ms",
    "handoff_p50_ms",
    "handoff_p99_ms",
  ]),
  value: z.number(),
  unit: z.enum(["1/s", "us", "CPUs", "MB", "ms"]),
});
export type PeerFinding = z.infer<typeof PeerFinding>;

/** One line of `--json`: a figure, and the conditions under which it was found. */
export const PeerMeasurement = PeerFinding.extend({
  peer: z.enum(PEER_NAMES),
  /** Versions of the system's packages, `name version`. */
  versions: z.array(z.string()),
  workload: z.enum(WORKLOADS),
  /** Tasks measured. */
  tasks: z.int().min(1),
  /** Number of the repetition, from 1. */
  repeat: z.int().min(1),
  postgres: z.string(),
  /** Null where no Redis is installed. */
  redis: z.string().nullable(),
  node: z.string(),
  cpus: z.int().min(1),
  /** Load average of the minute before the first run. */
  load_average: z.number(),
  commit: z.string().nullable(),
});
export type PeerMeasurement = z.infer<typeof PeerMeasurement>;
