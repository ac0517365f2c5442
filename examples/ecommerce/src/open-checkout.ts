import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bindTemplate, type Database, Engine, HandlerRegistry, type Log, loadTemplateFile } from "tasker";
import { createHandlers } from "./create-handlers.ts";
import { createShopServices } from "./services/shop-services.ts";

const folder = new URL("../", import.meta.url);
const inFolder = (path: string) => fileURLToPath(new URL(path, folder));

/**
 * An engine that knows `process_order`, with the simulated shop behind it. Not started.
 * @param log where the engine reports. Default: nowhere
 */
export async function openCheckout(database: Database, log?: Log): Promise<Engine> {
  const definition = await loadTemplateFile(inFolder("process-order.yaml"));
  const registry = new HandlerRegistry();
  registry.register(bindTemplate(definition, createHandlers(createShopServices())));
  return new Engine({ database, registry, ...(log && { log }) });
}

/**
 * Submits the order in a file of this folder, such as `orders/payment-recovers.json`.
 * @returns the task's id
 */
export async function submitOrder(engine: Engine, file: string): Promise<number> {
  const context: unknown = JSON.parse(await readFile(inFolder(file), "utf8"));
  const { taskId } = await engine.submit({
    namespace: "ecommerce",
    name: "process_order",
    context: { ...(typeof context === "object" ? context : {}) },
  });
  return taskId;
}
