import type { Job } from "../job.ts";
import { measureLatency } from "../measure-latency.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";

/** Chains of 4 steps, one at a time. */
export function measureChain4(job: Job): Promise<Finding[]> {
  return measureLatency(job, linear(4));
}
