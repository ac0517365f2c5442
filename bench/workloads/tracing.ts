import { ENGINE_LIMITS, withEngine } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";
import { median } from "../statistics.ts";
import { TraceSink } from "../trace-provider.ts";

const ROUNDS = 5;

/**
 * W1 with every task and step traced and exported in batches by HTTP to a thread that drops it, against the same engine without
 * a provider, in turns: one process, one database. How many times longer it takes is the ratio.
 */
export async function measureTracing(job: Job): Promise<Finding[]> {
  const shape = linear(10);
  const { linearTasks: tasks, warmupTasks } = job.sizes;
  const sink = await TraceSink.open();
  const options = { shape, limits: ENGINE_LIMITS, process: () => ({ ok: true }) };
  try {
    const { result, conditions, verifiedSteps } = await withEngine(job, options, async (session) => {
      const run = async (count: number) => {
        const startedAt = performance.now();
        await session.complete(await session.submit(count));
        return performance.now() - startedAt;
      };
      const off: number[] = [];
      const on: number[] = [];
      await run(warmupTasks);
      for (let round = 0; round < ROUNDS; round++) {
        off.push(await run(tasks));
        const unregister = sink.register();
        await run(warmupTasks);
        on.push(await run(tasks));
        await unregister();
      }
      return { off: median(off), on: median(on) };
    });
    const steps = tasks * shape.steps.length;
    const common = { ...conditions, tasks, warmup_tasks: warmupTasks, submit_included: true };
    return [
      { ...common, metric: "off_steps_per_s", value: (steps * 1_000) / result.off, unit: "1/s" },
      { ...common, metric: "on_steps_per_s", value: (steps * 1_000) / result.on, unit: "1/s" },
      { ...common, metric: "ratio", value: result.on / result.off, unit: "x" },
      { ...common, metric: "verified_steps", value: verifiedSteps, unit: "steps" },
    ];
  } finally {
    await sink.close();
  }
}
