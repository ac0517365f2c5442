import { DatabaseUnavailableError, Engine, HandlerRegistry, migrate, openPostgres } from "tasker";
import { type PostgresServer, startPostgres } from "../../packages/tasker/test/support/postgres-server.ts";
import { NAMESPACE, templateOf } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";
import { linear } from "../shapes.ts";
import { quantile } from "../statistics.ts";
import { verifyAudit } from "../verify-audit.ts";

const SHAPE = linear(4);
const TASKS_PER_SUBMIT = 20;
const SUBMIT_EVERY_MS = 50;

/**
 * Tasks of four steps while the server is restarted again and again, in turn cutting everybody off and as after a crash. The
 * server is one of its own, which nobody else uses.
 * @throws Error if a task does not complete, a handler is called twice, or the database holds something else
 */
export async function measureRestarts(job: Job): Promise<Finding[]> {
  const server = await startPostgres({ fsync: job.requireDurability });
  const { url } = await server.createDatabase({ template: "template0" });
  const database = await openPostgres(url);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    const calls = new Map<number, number>();
    const registry = new HandlerRegistry();
    const process = ({ stepId }: { readonly stepId: number }) => {
      calls.set(stepId, (calls.get(stepId) ?? 0) + 1);
      return { ok: true };
    };
    registry.register(templateOf({ shape: SHAPE, process }));
    const engine = new Engine({ database, registry });
    await engine.start();
    const startedAt = performance.now();
    let isOver = false;
    const restarts = restartRepeatedly(server, engine, job.sizes).finally(() => {
      isOver = true;
    });
    const ends: Promise<{ readonly state: string }>[] = [];
    for (let round = 0; !isOver; round++) {
      const tasks = await submitUntilKnown(engine, round);
      ends.push(...tasks.map(({ taskId }) => engine.settled(taskId)));
      await pause(SUBMIT_EVERY_MS);
    }
    const resumedMs = await restarts;
    const other = (await Promise.all(ends)).find(({ state }) => state !== "complete");
    if (other !== undefined) throw new Error(`a task ended in state ${other.state}, expected complete`);
    const seconds = (performance.now() - startedAt) / 1_000;
    await engine.stop();
    const steps = ends.length * SHAPE.steps.length;
    const once = [...calls.values()].filter((count) => count === 1).length;
    if (once !== steps) throw new Error(`the handlers of ${once} steps were called once, expected ${steps}`);
    await verifyAudit(database, { tasks: ends.length, steps });
    const common = {
      bench: job.bench,
      shape: SHAPE.name,
      steps: SHAPE.steps.length,
      tasks: ends.length,
      ...settings,
    };
    return [
      { ...common, metric: "restarts", value: resumedMs.length, unit: "x" },
      { ...common, metric: "resumed_p50_ms", value: quantile(resumedMs, 0.5), unit: "ms" },
      { ...common, metric: "resumed_max_ms", value: Math.max(...resumedMs), unit: "ms" },
      { ...common, metric: "steps_per_s", value: steps / seconds, unit: "1/s" },
      { ...common, metric: "verified_steps", value: steps, unit: "steps" },
    ];
  } finally {
    await database.close();
    await server.stop();
  }
}

/** @returns for each restart the time from when the server accepted connections until a step was complete, in milliseconds */
async function restartRepeatedly(server: PostgresServer, engine: Engine, sizes: Job["sizes"]): Promise<number[]> {
  const resumedMs: number[] = [];
  const end = performance.now() + sizes.restartSeconds * 1_000;
  while (performance.now() < end) {
    await pause(sizes.restartEverySeconds * 1_000);
    await server.restart(resumedMs.length % 2 === 0 ? "fast" : "immediate");
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      const unsubscribe = engine.on("step.completed", () => {
        unsubscribe();
        resolve();
      });
    });
    resumedMs.push(performance.now() - startedAt);
  }
  return resumedMs;
}

/** A submit whose answer was lost is submitted again: the key makes it the same tasks. */
async function submitUntilKnown(engine: Engine, round: number) {
  const requests = Array.from({ length: TASKS_PER_SUBMIT }, (_, place) => ({
    name: SHAPE.name,
    namespace: NAMESPACE,
    context: {},
    idempotencyKey: `${round}.${place}`,
  }));
  for (;;) {
    try {
      return await engine.submitMany(requests);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError)) throw error;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
