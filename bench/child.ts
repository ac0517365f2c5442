import { Job } from "./job.ts";
import { measureJob } from "./measure-job.ts";

// The process of one run; see run-in-child.ts.
process.once("message", (message) => {
  void answer(message).then((reply) => {
    process.send?.(reply);
    process.disconnect();
  });
});

async function answer(message: unknown): Promise<object> {
  try {
    return { findings: await measureJob(Job.parse(message)) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
