import { appendFileSync } from "node:fs";
import { openPostgres } from "../../src/database/postgres.ts";
import { DurableSubscriber } from "../../src/event-log/durable-subscriber.ts";

// A process with a durable subscriber: `<database url> <file> <name>`. It notes each event in the file, a line of JSON each.
const [url = "", file = "", name = ""] = process.argv.slice(2);
const database = await openPostgres(url, { connections: 2 });
const subscriber = new DurableSubscriber({
  database,
  name,
  events: ["task.*", "step.*", "payment.*"],
  from: "beginning",
  pollMs: 20,
  handle: (event) => appendFileSync(file, `${JSON.stringify(event)}\n`),
});
await subscriber.start();
process.send?.("ready");
