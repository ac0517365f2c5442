import { appendFileSync } from "node:fs";
import { openPostgres } from "../../src/database/postgres.ts";
import { PermanentError } from "../../src/errors/index.ts";
import { DurableSubscriber } from "../../src/event-log/durable-subscriber.ts";
import { fateOf } from "./event-fate.ts";

// A process with a durable subscriber: `<database url> <file>`. It notes each event in the file before it says that it has taken
// it: what is killed in between is delivered again. A process that has lost the subscriber, and got it again, begins a new session.
const [url = "", file = ""] = process.argv.slice(2);
let sessions = 0;
const database = await openPostgres(url, { connections: 2 });
const subscriber = new DurableSubscriber({
  database,
  name: "killed",
  from: "beginning",
  leaseMs: 400,
  pollMs: 20,
  windowRows: 40,
  log: {
    info() {
      sessions += 1;
    },
    warn() {},
  },
  retry: { default_backoff_seconds: [0] },
  handle: async (event, { attempt }) => {
    const fate = fateOf(event.id);
    if (fate === "given up") throw new PermanentError("never");
    if (fate === "taken at the second attempt" && attempt === 1) throw new Error("not now");
    appendFileSync(file, `${process.pid}.${sessions} ${event.taskId} ${event.id}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  },
});
await subscriber.start();
process.send?.("ready");
