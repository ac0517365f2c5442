import { z } from "zod";
import type { JsonValue } from "../../json/json-value.ts";

/** Largest number that is exact in JSON. */
const LARGEST_ID = Number.MAX_SAFE_INTEGER;

/** Key of a row. */
export const Id = z.int().min(1).max(LARGEST_ID);

/** A moment in ISO 8601, in UTC. */
export const Moment = z.iso.datetime();

/** Any JSON value. */
export const Json: z.ZodType<JsonValue> = z.json();

/** How many things a page has at most, and where it begins. */
export const PageQuery = z.strictObject({
  limit: z.int().min(1).max(200).default(20).describe("Most that a page has"),
  cursor: z.string().min(1).max(1_000).optional().describe("`next_cursor` of the page before"),
});

/** What every page has beside its things. */
export const PageEnd = z.object({
  next_cursor: z.string().nullable().describe("Where the next page begins; null: this is the last one"),
});

/** Parameters of routes about one task. */
export const TaskParams = z.strictObject({ task_id: Id });

/** Why somebody does something, for the audit trail. */
export const Reason = z.string().min(1).max(2_000).describe("Why, for the audit trail");
