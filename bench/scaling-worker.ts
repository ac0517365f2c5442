import { Engine, HandlerRegistry, openPostgres } from "tasker";
import { z } from "zod";
import { templateOf } from "./engine-session.ts";
import { linear } from "./shapes.ts";

/** What a worker process is told. */
export const WorkerOrder = z.strictObject({ databaseUrl: z.string(), steps: z.int(), maxTasks: z.int() });
export type WorkerOrder = z.infer<typeof WorkerOrder>;

// One of several processes that share the tasks of a database; see workloads/scaling.ts. It works until it is told to stop.
process.once("message", (message) => {
  void work(WorkerOrder.parse(message));
});

async function work({ databaseUrl, steps, maxTasks }: WorkerOrder): Promise<void> {
  const database = await openPostgres(databaseUrl);
  const registry = new HandlerRegistry();
  registry.register(templateOf({ shape: linear(steps), process: () => ({ ok: true }) }));
  const engine = new Engine({ database, registry, concurrency: 500, maxTasks });
  await engine.start();
  process.once("message", () => {
    void engine
      .stop()
      .then(() => database.close())
      .then(() => process.disconnect());
  });
  process.send?.("ready");
}
