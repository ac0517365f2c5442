import { listProcesses, listQueues } from "../../api/routes/processes.ts";
import { readProcesses } from "../../reading/processes/process-list.ts";
import { readQueues } from "../../reading/queues/queue-list.ts";
import { implement } from "../http/call.ts";

/** Lists processes. */
export const processList = implement(listProcesses, async ({ scope, parts: { database } }) => ({
  answer: { processes: await readProcesses(database, scope) },
}));

/** Lists queues. */
export const queueList = implement(listQueues, async ({ scope, parts: { database } }) => ({
  answer: { queues: await readQueues(database, scope) },
}));
