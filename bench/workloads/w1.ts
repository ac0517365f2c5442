import type { Job } from "../job.ts";
import { measureThroughput } from "../measure-throughput.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";

/** W1: chains of 10 steps, all submitted with one call. */
export function measureW1(job: Job): Promise<Finding[]> {
  return measureThroughput(job, { shape: linear(10), tasks: job.sizes.linearTasks });
}
