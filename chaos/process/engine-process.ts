import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  bindTemplate,
  type Database,
  Engine,
  HandlerRegistry,
  type Log,
  openPostgres,
  parseTemplateObject,
} from "tasker";
import { makeCatalogue, templatesOf } from "../plan/catalogue.ts";
import { NAMESPACE } from "../plan/template-plan.ts";
import { makeHandlers } from "./handlers.ts";
import { Ledger } from "./ledger.ts";
import { type Answer, Command, Order, type SubmittedRequest } from "./messages.ts";
import { ShiftedClock } from "./shifted-clock.ts";

// One program of the fleet: an engine as any program would use it, that submits what it is told to, and has done to it what
// it is told to. It ends by SIGTERM, and when the harness is gone.

/** Time that handlers get when the program is told to end, in milliseconds. */
const GRACE_MS = 2_000;
const TRY_AGAIN_MS = 500;
/** Far more than chance can bring together: how a task ends must not depend on how often it was interrupted. */
const MAX_INTERRUPTIONS = 1_000;

process.once("message", (message) => void work(Order.parse(message)));
process.once("disconnect", () => process.exit(1));

async function work(order: Order): Promise<void> {
  const stopping = new Promise<void>((resolve) => process.once("SIGTERM", () => resolve()));
  const log = fileLog(order.logFile);
  const clock = new ShiftedClock();
  const database = await open(order.databaseUrl, log);
  const engine = await start(order, database, clock, log);
  process.on("message", (message) => obey(Command.parse(message), engine, clock, log));
  answer({ kind: "ready" });
  await stopping;
  await engine.stop({ graceMs: GRACE_MS });
  await database.close();
  process.removeAllListeners("disconnect");
  process.disconnect();
}

/** Waits for a server that is away, as whoever supervises a program would have it do. */
async function open(url: string, log: Log): Promise<Database> {
  for (;;) {
    try {
      return await openPostgres(url, { connections: 4 });
    } catch (error) {
      log.info({ err: error }, "the database cannot be opened, trying again");
      await sleep(TRY_AGAIN_MS);
    }
  }
}

async function start(order: Order, database: Database, clock: ShiftedClock, log: Log): Promise<Engine> {
  const registry = new HandlerRegistry();
  const handlers = makeHandlers(new Ledger(order.ledgerFile));
  for (const { document } of templatesOf(makeCatalogue(order.seed), order.release)) {
    registry.register(bindTemplate(parseTemplateObject(document), handlers));
  }
  for (;;) {
    const { leaseMs } = order;
    const engine = new Engine({ database, registry, clock, log, leaseMs, maxInterruptions: MAX_INTERRUPTIONS });
    try {
      await engine.start();
      return engine;
    } catch (error) {
      log.info({ err: error }, "the engine cannot be started, trying again");
      await sleep(TRY_AGAIN_MS);
    }
  }
}

function obey(command: Command, engine: Engine, clock: ShiftedClock, log: Log): void {
  if (command.kind === "clock") clock.offsetMs = command.offsetMs;
  else if (command.kind === "block") block(command.forMs);
  else
    void submit(engine, command.requests, log).then((taskIds) =>
      answer({ kind: "submitted", call: command.call, taskIds }),
    );
}

async function submit(engine: Engine, requests: readonly SubmittedRequest[], log: Log): Promise<number[] | null> {
  try {
    const tasks = requests.map(({ number, ...request }) => ({ ...request, namespace: NAMESPACE, context: { number } }));
    return (await engine.submitMany(tasks)).map(({ taskId }) => taskId);
  } catch (error) {
    log.info({ err: error }, "submitting failed");
    return null;
  }
}

function block(forMs: number): void {
  const end = performance.now() + forMs;
  while (performance.now() < end);
}

function answer(message: Answer): void {
  // The harness may be gone.
  if (process.connected) process.send?.(message);
}

function fileLog(path: string): Log {
  const at = (level: keyof Log) => (facts: object, message: string) => {
    const plain = Object.entries(facts).map(([key, value]) => [key, value instanceof Error ? describe(value) : value]);
    const line = { at: new Date(), level, message, facts: Object.fromEntries(plain) };
    appendFileSync(path, `${JSON.stringify(line)}\n`);
  };
  return { debug() {}, info: at("info"), warn: at("warn"), error: at("error") };
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? `; caused by ${error.cause.message}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
