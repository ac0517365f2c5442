// Two payments on an embedded database in memory, one of which fails; then the alerts that came of them.
import { openMemoryDatabase } from "tasker/testing";
import { runPayments } from "./src/run-payments.ts";

const database = await openMemoryDatabase();
for (const line of await runPayments(database)) console.log(line);
await database.close();
