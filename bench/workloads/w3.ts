import type { Job } from "../job.ts";
import { measureThroughput } from "../measure-throughput.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";

/** W3: tasks of one step, all submitted with one call: what a job queue does. */
export function measureW3(job: Job): Promise<Finding[]> {
  return measureThroughput(job, { shape: linear(1), tasks: job.sizes.singleTasks });
}
