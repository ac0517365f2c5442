import "./require-node.mjs";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// The demonstration: one order of examples/ecommerce on a fresh embedded database. The payment fails once and is retried.
// Everything else is imported when it is known that this Node can load it and that it has been built.

const DIRECTORY = ".tasker/demo";
const ORDER = "orders/payment-recovers.json";
const EXIT = { done: 0, failed: 1, usage: 2, stopped: 130 };

const unknown = process.argv.slice(2).find((argument) => argument !== "--once");
if (unknown !== undefined) {
  console.error(`unknown argument '${unknown}', expected nothing or --once`);
  process.exit(EXIT.usage);
}

const root = fileURLToPath(new URL("../", import.meta.url));
const built = (path) => import(new URL(`../packages/tasker/dist/${path}`, import.meta.url).href);

const io = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: root,
  terminal: {
    isTty: process.stdout.isTTY === true,
    columns: () => process.stdout.columns ?? 80,
    rows: () => process.stdout.rows ?? 24,
  },
};
// Whoever reads the output may stop reading (`npm start | head`): then there is nobody to run it for.
process.stdout.on("error", (error) => process.exit(error.code === "EPIPE" ? EXIT.done : EXIT.failed));

process.exitCode = await main();

async function main() {
  const { Printer } = await built("cli/printer.js").catch((error) => {
    if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
    console.error('not built yet: run "npm run build" first');
    process.exit(EXIT.failed);
  });
  const { systemClock, openDatabase, migrate } = await built("index.js");
  const printer = new Printer(io);
  const directory = join(root, DIRECTORY);
  let database;
  try {
    await removeData(directory);
    printer.text(`opening a fresh embedded database in ${DIRECTORY}`);
    database = await openDatabase({ directory });
    await migrate(database);
    return await runOrder({ ...io, clock: systemClock }, printer, database);
  } catch (error) {
    printer.error(error);
    return EXIT.failed;
  } finally {
    await database?.close();
  }
}

/** Removes the database of an earlier run, unless a process still uses it. */
async function removeData(directory) {
  const { lockDirectory } = await built("database/directory-lock.js");
  const lock = lockDirectory(directory);
  try {
    rmSync(join(directory, "data"), { recursive: true, force: true });
  } finally {
    lock.release();
  }
}

async function runOrder(commandIo, printer, database) {
  const { openCheckout, submitOrder } = await import("../examples/ecommerce/src/open-checkout.ts");
  const { LineDisplay } = await built("cli/displays/line-display.js");
  const { LiveDisplay } = await built("cli/displays/live-display.js");
  const { createEngineLog } = await built("cli/engine-log.js");
  const { applyEvent } = await built("cli/progress/apply-event.js");
  const { progressFromDetails } = await built("cli/progress/progress-from-details.js");
  const { readTaskDetails } = await built("reading/task/task-details.js");
  const { printRun } = await import("./print-run.mjs");

  const since = commandIo.clock.now();
  const display = commandIo.terminal.isTty ? new LiveDisplay(commandIo, printer) : new LineDisplay(printer);
  const engine = await openCheckout(
    database,
    createEngineLog(commandIo, (text) => display.notice(text)),
  );
  const taskId = await submitOrder(engine, ORDER);
  let progress = progressFromDetails(await readTaskDetails(database, taskId), since);
  display.begin(progress);
  engine.on((event) => {
    progress = applyEvent(progress, event);
    display.change(event, progress);
  });
  const stopped = Promise.withResolvers();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stopped.resolve({ state: "stopped" }));
  let outcome;
  try {
    await engine.start();
    outcome = await Promise.race([engine.settled(taskId), stopped.promise]);
  } finally {
    await engine.stop();
    display.end();
  }
  if (outcome.state === "stopped") {
    printer.note("stopped before the order was complete");
    return EXIT.stopped;
  }
  const details = await readTaskDetails(database, taskId);
  printRun(printer, details, progressFromDetails(details, since), DIRECTORY);
  return outcome.state === "complete" ? EXIT.done : EXIT.failed;
}
