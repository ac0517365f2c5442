// Registers a user on an embedded database in memory, with the four services behind a server of this process. The billing
// service is away for its first call.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bindTemplate, Engine, HandlerRegistry, loadTemplateFile } from "tasker";
import { openMemoryDatabase, readTask } from "tasker/testing";
import * as handlers from "./src/handlers-module.ts";
import { newCorrelationId } from "./src/registration-context.ts";
import { ServiceServer } from "./src/services/service-server.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const file = process.argv[2] ?? here("registrations/pro.json");

const services = new ServiceServer({ "POST billing": [{ status: 503, headers: { "retry-after": "1" } }] });
const variables = { SERVICES_URL: await services.listen() };
const registry = new HandlerRegistry();
registry.register(bindTemplate(await loadTemplateFile(here("user-registration.yaml"), { variables }), handlers));
const database = await openMemoryDatabase();
const engine = new Engine({ database, registry });
await engine.start();
const { taskId } = await engine.submit({
  namespace: "blog_examples",
  name: "user_registration",
  context: JSON.parse(await readFile(file, "utf8")),
  correlationId: newCorrelationId(Date.now()),
});
const { state } = await engine.settled(taskId);
const { steps, history } = await readTask(database, taskId);
console.log(history.join("\n"));
console.table(
  Object.entries(steps).map(([step, { state, attempts, error }]) => ({ step, state, attempts, error: error?.code })),
);
console.log(
  JSON.stringify(Object.fromEntries(Object.entries(steps).map(([step, { results }]) => [step, results])), null, 2),
);
await engine.stop();
await database.close();
await services.close();
process.exitCode = state === "complete" ? 0 : 1;
