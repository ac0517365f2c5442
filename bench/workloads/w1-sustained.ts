import type { Job } from "../job.ts";
import { measureThroughput } from "../measure-throughput.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";

/** W1 for longer, submitted in many calls while tasks run: the warm state of a process that has been up for a while. */
export function measureW1Sustained(job: Job): Promise<Finding[]> {
  return measureThroughput(job, { shape: linear(10), tasks: job.sizes.sustainedTasks, tasksPerSubmit: 500 });
}
