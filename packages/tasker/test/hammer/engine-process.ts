import { z } from "zod";
import { openPostgres } from "../../src/database/postgres.ts";
import { Engine } from "../../src/engine/engine.ts";
import { HandlerRegistry } from "../../src/handlers/registry.ts";
import { seededRandom } from "../../src/testing/random.ts";
import { hammeredTask } from "./hammered-task.ts";
import { HammeringOperator } from "./operator.ts";

/** What the process is told: where the tasks are, and which random numbers to use. */
const Order = z.strictObject({ url: z.string(), seed: z.number() });

// Runs an engine, and an operator beside it that uses the engine's own actions, until it is sent a second message. Answers
// with the counts of the operator and what the engine warned of.
process.once("message", (message) => {
  void hammer(Order.parse(message)).then((answer) => {
    process.send?.(answer);
    process.disconnect();
  });
});

async function hammer({ url, seed }: z.infer<typeof Order>): Promise<object> {
  const database = await openPostgres(url, { connections: 6 });
  const registry = new HandlerRegistry();
  registry.register(hammeredTask(seed));
  const warnings: string[] = [];
  const warn = (facts: object, text: string) => void warnings.push(`${text} ${JSON.stringify(facts)}`);
  const log = { debug() {}, info() {}, warn, error: warn };
  const engine = new Engine({ database, registry, log, concurrency: 20, pollIntervalMs: 50 });
  await engine.start();
  const operator = new HammeringOperator(database, engine.actions, seededRandom(seed), `operator ${seed}`);
  const over = new AbortController();
  process.once("message", () => over.abort());
  process.send?.("ready");
  await operator.act(over.signal);
  await new Promise((resolve) => process.once("message", resolve));
  await engine.stop({ graceMs: 1_000 });
  await database.close();
  return { counts: Object.fromEntries(operator.counts), warnings };
}
