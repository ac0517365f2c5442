import { DurableSubscriber, openPostgres } from "tasker";
import { ENGINE_LIMITS, withEngine } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { linear } from "../shapes.ts";

/** Events of a chain of ten steps: its creation, start and end, and a start and an end of each step. */
const EVENTS_PER_TASK = 23;

/**
 * What a durable subscriber is told of tasks of ten steps, from the start of the subscriber until its handler has taken the last
 * event and the position is written: first of tasks that are over, then of tasks that run meanwhile in the same process, from
 * their submit on.
 */
export async function measureDurableEvents(job: Job): Promise<Finding[]> {
  const tasks = job.sizes.durableTasks;
  const options = { shape: linear(10), limits: ENGINE_LIMITS, process: () => ({ ok: true }) };
  const { result, conditions, verifiedSteps } = await withEngine(job, options, async (session) => {
    await session.complete(await session.submit(tasks));
    const past = await measureDelivery(job, "past", tasks, async () => {});
    const live = await measureDelivery(job, "live", tasks, async () => {
      await session.complete(await session.submit(tasks));
    });
    return { past, live };
  });
  const common = { ...conditions, tasks, metric: "events_per_s", unit: "1/s" } as const;
  return [
    { ...common, question: "history", value: result.past },
    { ...common, question: "as it happens", value: result.live },
    { ...common, metric: "verified_steps", value: verifiedSteps, unit: "steps" },
  ];
}

/** Events for each second. @throws Error if one came twice */
async function measureDelivery(job: Job, name: string, tasks: number, run: () => Promise<void>): Promise<number> {
  const database = await openPostgres(job.databaseUrl, { connections: 2 });
  const expected = tasks * EVENTS_PER_TASK;
  const seen = new Set<string>();
  const done = Promise.withResolvers<void>();
  const subscriber = new DurableSubscriber({
    database,
    name,
    from: name === "past" ? "beginning" : "now",
    handle: ({ id }) => {
      seen.add(id);
      if (seen.size === expected) done.resolve();
    },
  });
  const startedAt = performance.now();
  try {
    await subscriber.start();
    await run();
    await done.promise;
    await subscriber.stop();
  } finally {
    await database.close();
  }
  const elapsedMs = performance.now() - startedAt;
  const { delivered } = subscriber.statistics();
  if (delivered !== expected) throw new Error(`the subscriber took ${delivered} events, expected ${expected}`);
  return (expected * 1_000) / elapsedMs;
}
