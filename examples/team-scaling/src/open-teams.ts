import { fileURLToPath } from "node:url";
import { bindTemplate, type Database, Engine, type EngineOptions, HandlerRegistry, loadTemplateFile } from "tasker";
import { createCustomerSuccessHandlers } from "./customer-success/handlers.ts";
import { SupportDesk } from "./customer-success/support-desk.ts";
import { createPaymentsHandlers } from "./payments/handlers.ts";
import { PaymentsServices } from "./payments/payments-services.ts";
import { type ScriptedAnswer, TaskEndpoint } from "./tasks/task-endpoint.ts";

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What stands behind the two teams, and how their engines are made. */
export interface TeamsOptions {
  /** Default: services that work. */
  readonly payments?: PaymentsServices;
  /** Default: a desk that works. */
  readonly desk?: SupportDesk;
  /** Answers that the payments team's endpoint gives to the first requests. Default: its own. */
  readonly endpoint?: readonly (ScriptedAnswer | null)[];
  /** Default: the engine's own settings. */
  readonly engine?: Omit<EngineOptions, "database" | "registry">;
}

/**
 * Two engines on one database, each with the templates of its team: an engine claims only what is registered with it. The
 * customer success team reaches the other one by HTTP alone.
 */
export async function openTeams(database: Database, options: TeamsOptions = {}) {
  const { payments = new PaymentsServices(), desk = new SupportDesk() } = options;
  const paymentsRegistry = new HandlerRegistry();
  paymentsRegistry.register(
    bindTemplate(await loadTemplateFile(here("payments.yaml")), createPaymentsHandlers(payments)),
  );
  const paymentsEngine = new Engine({ ...options.engine, database, registry: paymentsRegistry });
  const endpoint = new TaskEndpoint(paymentsEngine, options.endpoint);

  const variables = { PAYMENTS_URL: await endpoint.listen() };
  const deskRegistry = new HandlerRegistry();
  const definition = await loadTemplateFile(here("customer-success.yaml"), { variables });
  deskRegistry.register(bindTemplate(definition, createCustomerSuccessHandlers(desk)));
  const deskEngine = new Engine({ ...options.engine, database, registry: deskRegistry });

  await paymentsEngine.start();
  await deskEngine.start();
  return {
    paymentsEngine,
    deskEngine,
    endpoint,
    payments,
    desk,
    async close(): Promise<void> {
      await endpoint.close();
      await deskEngine.stop({ graceMs: 0 });
      await paymentsEngine.stop({ graceMs: 0 });
    },
  };
}
