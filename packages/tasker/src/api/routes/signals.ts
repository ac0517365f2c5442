import { route } from "../route.ts";
import { TaskParams } from "../shapes/common.ts";
import { SignalBody, SignalPage, SignalQuery, SignalSent } from "../shapes/signal.ts";

/** Sends a signal. */
export const sendSignal = route({
  id: "sendSignal",
  method: "POST",
  path: "/v1/tasks/{task_id}/signals",
  tag: "Tasks",
  summary: "Tell a task something that a step waits for, or will wait for",
  description:
    "The signal is kept until a step takes it. With the header `Idempotency-Key`, a request that is sent again gives the signal of " +
    "the first one: 200 instead of 201. Keys count within a task.",
  permission: { resource: "tasker.task", action: "signal", on: "task" },
  params: TaskParams,
  body: SignalBody,
  answer: SignalSent,
  statuses: [201, 200],
  errors: [404, 409, 413, 422],
});

/** Lists the signals of a task. */
export const listSignals = route({
  id: "listSignals",
  method: "GET",
  path: "/v1/tasks/{task_id}/signals",
  tag: "Tasks",
  summary: "List the signals of a task in the order in which they came",
  permission: { resource: "tasker.task", action: "show", on: "task" },
  params: TaskParams,
  query: SignalQuery,
  answer: SignalPage,
  errors: [404],
});
