import { z } from "zod";
import { Id, Reason } from "./common.ts";
import { TaskFilterQuery } from "./task.ts";

/** What is done to many tasks. */
export const BulkActionBody = z.strictObject({
  action: z.enum(["retry", "cancel", "pause", "resume", "resolve"]),
  filter: TaskFilterQuery.default({}),
  all: z.boolean().default(false).describe("True: an empty filter means all tasks; otherwise it is refused"),
  limit: z.int().min(1).max(1_000).default(100).describe("Most tasks, the oldest first"),
  cursor: z.string().min(1).max(1_000).optional().describe("`next_cursor` of the answer before"),
  dry_run: z.boolean().default(false).describe("Only say which tasks"),
  reason: Reason,
});

const OUTCOMES = ["done", "already", "refused", "failed", "would"] as const;

/** What came of it. */
export const BulkOutcome = z.object({
  action: z.string(),
  dry_run: z.boolean(),
  matched: z.int().describe("Tasks that this answer is about"),
  counts: z.object({ done: z.int(), already: z.int(), refused: z.int(), failed: z.int() }),
  results: z.array(
    z.object({
      task_id: Id,
      outcome: z
        .enum(OUTCOMES)
        .describe(
          "`would`: of a dry run. `already`: it is so. `refused`: not as things stand. `failed`: something went wrong",
        ),
      code: z.string().nullable().describe("Why it was refused, or the code of what went wrong"),
      message: z.string().nullable(),
    }),
  ),
  next_cursor: z.string().nullable().describe("Goes on after the last of these tasks; null: the filter fits no others"),
});
