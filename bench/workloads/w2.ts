import type { Job } from "../job.ts";
import { measureThroughput } from "../measure-throughput.ts";
import type { Finding } from "../measurement.ts";
import { fan } from "../shapes.ts";

/** W2: one step, then 20 side by side, then one; all tasks are submitted with one call. */
export function measureW2(job: Job): Promise<Finding[]> {
  return measureThroughput(job, { shape: fan(22), tasks: job.sizes.fanTasks });
}
