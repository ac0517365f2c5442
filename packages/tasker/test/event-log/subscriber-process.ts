import { appendFileSync } from "node:fs";
import { openPostgres } from "../../src/database/postgres.ts";
import { DurableSubscriber } from "../../src/event-log/durable-subscriber.ts";

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
  handle: async (event) => {
    appendFileSync(file, `${process.pid}.${sessions} ${event.taskId} ${event.id}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  },
});
await subscriber.start();
process.send?.("ready");
