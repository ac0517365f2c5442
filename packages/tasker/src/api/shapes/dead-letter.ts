import { z } from "zod";
import { Id, Moment, PageEnd, PageQuery, Reason } from "./common.ts";
import { Event } from "./event.ts";

/** An event that a durable subscriber was not able to take. */
export const DeadLetter = z.object({
  dead_letter_id: Id,
  subscriber: z.string(),
  attempts: z.int(),
  error: z.unknown().describe("Class, message and code of the last error"),
  first_at: Moment.describe("When the event was first to be delivered"),
  died_at: Moment,
  event: Event,
});

/** Which dead letters; what is left out does not matter. */
export const DeadLetterFilter = z.strictObject({
  subscriber: z.string().min(1).max(255).optional(),
  event: z.string().min(1).max(255).optional().describe("Name of the event"),
  task_id: Id.optional(),
});

/** Which page of dead letters is asked for. */
export const DeadLetterQuery = DeadLetterFilter.extend(PageQuery.shape);

/** A page of dead letters. */
export const DeadLetterPage = PageEnd.extend({ dead_letters: z.array(DeadLetter) });

/** A dead letter, by its id. */
export const DeadLetterParams = z.strictObject({ dead_letter_id: Id });

/** What is done to many dead letters. */
export const DeadLetterActionBody = z.strictObject({
  action: z.enum(["retry", "discard"]),
  filter: DeadLetterFilter.default({}),
  all: z.boolean().default(false).describe("True: an empty filter means all of them; otherwise it is refused"),
  limit: z.int().min(1).max(1_000).default(1_000).describe("Most of them, the oldest first"),
  dry_run: z.boolean().default(false).describe("Only say which ones"),
  reason: Reason,
});

/** What came of it. */
export const DeadLetterOutcome = z.object({
  action: z.string(),
  dry_run: z.boolean(),
  dead_letter_ids: z.array(Id).describe("Those that it was done to, or would be"),
  more: z.boolean().describe("Whether the filter fits others beyond the limit"),
});
