import { defineTask, Engine, HandlerRegistry, migrate, openPostgres } from "tasker";
import { z } from "zod";
import { ENGINE_LIMITS, NAMESPACE } from "../engine-session.ts";
import type { Job } from "../job.ts";
import type { Finding } from "../measurement.ts";
import { readServerSettings } from "../server-settings.ts";

/** One task that runs a step for each of 10,000 items: from the call of submit until it is settled. */
export async function measureFanOut(job: Job): Promise<Finding[]> {
  const { fanOutItems } = job.sizes;
  const database = await openPostgres(job.databaseUrl);
  try {
    const settings = await readServerSettings(database, job.requireDurability);
    await migrate(database);
    let gathered = 0;
    const definition = defineTask({ name: "fan_out", namespace: NAMESPACE })
      .step("list", { process: () => Array.from({ length: fanOutItems }, (_, item) => item) })
      .step("item", { forEach: { step: "list" }, process: () => ({ ok: true }) })
      .step("gather", {
        dependsOn: ["item"],
        process: (_task, sequence) => {
          gathered = sequence.resultsOf("item").length;
          return { gathered };
        },
      })
      .build();
    const registry = new HandlerRegistry();
    registry.register(definition);
    const engine = new Engine({ database, registry, ...ENGINE_LIMITS });
    await engine.start();
    const startedAt = performance.now();
    const { taskId } = await engine.submit({ name: "fan_out", namespace: NAMESPACE, context: {} });
    const { state } = await engine.settled(taskId);
    const elapsedMs = performance.now() - startedAt;
    await engine.stop();
    const steps = fanOutItems + 3;
    const [row] = await database.query(`
      select count(*)::int as complete from tasker_workflow_step_transitions where most_recent and to_state = 'complete'`);
    const { complete } = z.object({ complete: z.int() }).parse(row);
    if (state !== "complete" || gathered !== fanOutItems || complete !== steps) {
      throw new Error(`the task is ${state} with ${complete} complete steps, expected complete with ${steps}`);
    }
    const common = { bench: job.bench, shape: "fan-out", steps, tasks: 1, ...settings };
    return [
      { ...common, metric: "task_ms", value: elapsedMs, unit: "ms" },
      { ...common, metric: "steps_per_s", value: (steps * 1_000) / elapsedMs, unit: "1/s" },
    ];
  } finally {
    await database.close();
  }
}
