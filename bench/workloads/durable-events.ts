import { DurableSubscriber, openPostgres } from "tasker";
import { CpuMeter, type CpuUse } from "../cpu-meter.ts";
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
  const common = { ...conditions, tasks };
  return [
    ...findingsOf(common, "history", result.past),
    ...findingsOf(common, "as it happens", result.live),
    { ...common, metric: "verified_steps", value: verifiedSteps, unit: "steps" },
  ];
}

/** How long events took to be delivered, and what of the processors. As they happen, the engine's part is in it. */
interface Delivered {
  readonly events: number;
  readonly elapsedMs: number;
  readonly cpu: CpuUse;
}

function findingsOf(
  conditions: Omit<Finding, "metric" | "value" | "unit">,
  question: string,
  of: Delivered,
): Finding[] {
  const { events, elapsedMs, cpu } = of;
  const common = { ...conditions, question };
  const { nodeUs, serverUs } = cpu;
  return [
    { ...common, metric: "events_per_s", value: (events * 1_000) / elapsedMs, unit: "1/s" },
    { ...common, metric: "node_cpu_us_per_event", value: nodeUs / events, unit: "us" },
    ...(serverUs === null
      ? []
      : [{ ...common, metric: "server_cpu_us_per_event", value: serverUs / events, unit: "us" } as const]),
  ];
}

/** @throws Error if one came twice */
async function measureDelivery(job: Job, name: string, tasks: number, run: () => Promise<void>): Promise<Delivered> {
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
  const meter = new CpuMeter(job.serverPid);
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
  const cpu = meter.measure();
  const { delivered } = subscriber.statistics();
  if (delivered !== expected) throw new Error(`the subscriber took ${delivered} events, expected ${expected}`);
  return { events: expected, elapsedMs, cpu };
}
