import type { Job } from "../job.ts";
import { measureThroughput } from "../measure-throughput.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";

/** W1 with the limits that an engine has when none is given. */
export function measureW1Defaults(job: Job): Promise<Finding[]> {
  return measureThroughput(job, { shape: linear(10), tasks: job.sizes.linearTasks, limits: {} });
}
