import { Engine, HandlerRegistry, openPostgres } from "tasker";

// A process that starts an engine on a migrated database, as an application does, and says how long that took.
const database = await openPostgres(process.argv[2] ?? "");
const engine = new Engine({ database, registry: new HandlerRegistry() });
await engine.start();
// Milliseconds since this process began.
console.log(performance.now());
await engine.stop();
await database.close();
