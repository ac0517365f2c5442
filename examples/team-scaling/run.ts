// Two teams, one database in memory: a small refund goes through by itself, a large one waits for a manager, who says yes.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Engine, JsonObject } from "tasker";
import { openMemoryDatabase, readTask } from "tasker/testing";
import { newCorrelationId } from "./src/customer-success/request-context.ts";
import { Delegated } from "./src/customer-success/step-results.ts";
import { openTeams } from "./src/open-teams.ts";

const database = await openMemoryDatabase();
const { deskEngine, paymentsEngine, close } = await openTeams(database);

async function request(file: string): Promise<number> {
  const path = fileURLToPath(new URL(`refunds/${file}`, import.meta.url));
  const context: JsonObject = JSON.parse(await readFile(path, "utf8"));
  const wanted = { namespace: "customer_success", name: "process_refund", context, correlationId: newCorrelationId() };
  return (await deskEngine.submit(wanted)).taskId;
}

async function show(engine: Engine, taskId: number): Promise<void> {
  const { state } = await engine.settled(taskId);
  const { steps } = await readTask(database, taskId);
  console.log(`task ${taskId}: ${state}`);
  console.table(
    Object.entries(steps).map(([step, { state, results }]) => ({ step, state, results: JSON.stringify(results) })),
  );
}

const small = await request("small.json");
const large = await request("large.json");
// Kept until the step asks for it.
await deskEngine.signal(large, "manager_decision", { status: "approved", manager: "Grace" }, { sender: "Grace" });
for (const taskId of [small, large]) {
  await show(deskEngine, taskId);
  const { steps } = await readTask(database, taskId);
  await show(paymentsEngine, Delegated.parse(steps.execute_refund_workflow?.results).delegated_task_id);
}
await close();
await database.close();
