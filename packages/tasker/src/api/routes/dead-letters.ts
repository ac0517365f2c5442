import { z } from "zod";
import { route } from "../route.ts";
import { Id, Reason } from "../shapes/common.ts";
import {
  DeadLetter,
  DeadLetterActionBody,
  DeadLetterOutcome,
  DeadLetterPage,
  DeadLetterParams,
  DeadLetterQuery,
} from "../shapes/dead-letter.ts";

const TAG = { tag: "Dead letters" };

/** Lists dead letters. */
export const listDeadLetters = route({
  ...TAG,
  id: "listDeadLetters",
  method: "GET",
  path: "/v1/dead-letters",
  summary: "List events that durable subscribers could not take, oldest first",
  permission: { resource: "tasker.dead_letter", action: "index", on: "all" },
  query: DeadLetterQuery,
  answer: DeadLetterPage,
});

/** Shows a dead letter. */
export const getDeadLetter = route({
  ...TAG,
  id: "getDeadLetter",
  method: "GET",
  path: "/v1/dead-letters/{dead_letter_id}",
  summary: "Show a dead letter with its event",
  permission: { resource: "tasker.dead_letter", action: "show", on: "all" },
  params: DeadLetterParams,
  answer: DeadLetter,
  errors: [404],
});

const Changed = z.object({ dead_letter_id: Id });

/** Gives a dead letter to its subscriber once more. */
export const retryDeadLetter = route({
  ...TAG,
  id: "retryDeadLetter",
  method: "POST",
  path: "/v1/dead-letters/{dead_letter_id}/retry",
  summary: "Give a dead letter to its subscriber once more",
  permission: { resource: "tasker.dead_letter", action: "retry", on: "all" },
  params: DeadLetterParams,
  body: z.strictObject({ reason: Reason }),
  answer: Changed,
  errors: [404],
});

/** Deletes a dead letter. */
export const discardDeadLetter = route({
  ...TAG,
  id: "discardDeadLetter",
  method: "POST",
  path: "/v1/dead-letters/{dead_letter_id}/discard",
  summary: "Delete a dead letter for good",
  permission: { resource: "tasker.dead_letter", action: "destroy", on: "all" },
  params: DeadLetterParams,
  body: z.strictObject({ reason: Reason }),
  answer: Changed,
  errors: [404],
});

/** Does something to all dead letters that a filter fits. */
export const actOnDeadLetters = route({
  ...TAG,
  id: "actOnDeadLetters",
  method: "POST",
  path: "/v1/dead-letters/actions",
  summary: "Retry or discard the dead letters that a filter fits, in one transaction",
  description: "Needs the permission of the action: `retry`, or `destroy` to discard.",
  permission: { resource: "tasker.dead_letter", action: "index", on: "all" },
  body: DeadLetterActionBody,
  answer: DeadLetterOutcome,
});
