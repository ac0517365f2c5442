import { z } from "zod";
import { route } from "../route.ts";
import { Process, Queue } from "../shapes/process.ts";

/** Lists processes. */
export const listProcesses = route({
  id: "listProcesses",
  method: "GET",
  path: "/v1/processes",
  tag: "Processes",
  summary: "List the processes that run tasks, the youngest first, at most 1,000",
  permission: { resource: "tasker.process", action: "index", on: "list" },
  answer: z.object({ processes: z.array(Process) }),
});

/** Lists queues. */
export const listQueues = route({
  id: "listQueues",
  method: "GET",
  path: "/v1/queues",
  tag: "Processes",
  summary: "How many steps wait in queues, by queue and template",
  permission: { resource: "tasker.queue", action: "index", on: "list" },
  answer: z.object({ queues: z.array(Queue) }),
});
