import type { Job } from "../job.ts";
import { measureLatency } from "../measure-latency.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";

/** W4: chains of 10 steps, one at a time. */
export function measureW4(job: Job): Promise<Finding[]> {
  return measureLatency(job, linear(10));
}
