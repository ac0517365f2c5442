import { z } from "zod";
import { route } from "../route.ts";
import {
  BeatAnswer,
  BeatItem,
  CompleteItem,
  FailItem,
  itemsOf,
  OfWorker,
  PollAnswer,
  PollBody,
  ReleaseItem,
  ReportAnswer,
  StartAnswer,
  StartItem,
  WorkerRegistered,
  WorkerRegistration,
} from "../shapes/worker.ts";

const TAG = "Workers";
const may = (action: string) => ({ resource: "tasker.worker", action, on: "list" as const });
const ANSWERS = "Answers come in the order of the items; one that is malformed or refused does not fail the others.";

/** Registers a worker. */
export const registerWorker = route({
  id: "registerWorker",
  method: "POST",
  path: "/v1/worker/register",
  tag: TAG,
  summary: "Register a worker with the handlers that it has",
  permission: may("register"),
  body: WorkerRegistration,
  answer: WorkerRegistered,
  statuses: [201],
});

/** Ends a worker. */
export const deregisterWorker = route({
  id: "deregisterWorker",
  method: "POST",
  path: "/v1/worker/deregister",
  tag: TAG,
  summary: "End a worker: what it still runs is interrupted, and runs elsewhere",
  permission: may("register"),
  body: OfWorker,
  answer: z.object({ left: z.boolean().describe("Whether it was registered") }),
});

/** Gives steps to a worker. */
export const pollSteps = route({
  id: "pollSteps",
  method: "POST",
  path: "/v1/worker/poll",
  tag: TAG,
  summary: "Start attempts of steps that are offered to workers, and wait for some if there are none",
  description: "A call that is repeated with its nonce gives the steps of the first one, as far as they still run.",
  permission: may("poll"),
  body: PollBody,
  answer: PollAnswer,
  waits: true,
  errors: [404],
});

/** Starts attempts by their ids. */
export const startSteps = route({
  id: "startSteps",
  method: "POST",
  path: "/v1/worker/start",
  tag: TAG,
  summary: "Start attempts that are offered to workers, by their ids, as a message of a queue names them",
  description: ANSWERS,
  permission: may("poll"),
  body: OfWorker.extend({ items: itemsOf(StartItem), sequence: PollBody.shape.sequence }),
  checksItems: true,
  answer: z.object({ answers: z.array(StartAnswer) }),
  errors: [404],
});

/** Keeps attempts alive. */
export const heartbeatSteps = route({
  id: "heartbeatSteps",
  method: "POST",
  path: "/v1/worker/heartbeat",
  tag: TAG,
  summary: "Say that attempts still run; learn which of them nobody waits for any more",
  description: `Without items it renews the lease of the worker alone. ${ANSWERS}`,
  permission: may("report"),
  body: OfWorker.extend({ items: itemsOf(BeatItem, 0).default([]) }),
  checksItems: true,
  answer: z.object({ answers: z.array(BeatAnswer) }),
  errors: [404],
});

const report = <const Id extends string, Item extends z.ZodType>(id: Id, name: string, summary: string, item: Item) =>
  route({
    id,
    method: "POST",
    path: `/v1/worker/${name}`,
    tag: TAG,
    summary,
    description: `${ANSWERS} It can be sent again: an attempt ends once.`,
    permission: may("report"),
    body: OfWorker.extend({ items: itemsOf(item) }),
    checksItems: true,
    answer: z.object({ answers: z.array(ReportAnswer) }),
    errors: [413],
  });

/** Ends attempts that have succeeded. */
export const completeSteps = report(
  "completeSteps",
  "complete",
  "Tell what attempts stored that have succeeded",
  CompleteItem,
);

/** Ends attempts that have failed. */
export const failSteps = report("failSteps", "fail", "Tell what attempts have failed with", FailItem);

/** Gives attempts back. */
export const releaseSteps = report(
  "releaseSteps",
  "release",
  "Give back attempts whose handlers have not begun: they do not count, and are offered again",
  ReleaseItem,
);
