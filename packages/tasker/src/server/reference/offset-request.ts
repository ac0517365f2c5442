import type { z } from "zod";
import type { OffsetQuery } from "../../api/shapes/reference/task.ts";
import type { OffsetRequest } from "../../reading/reference/sorted-ids.ts";

/** The page and order that a query asks for. */
export function offsetRequest({ limit, offset, sort_by, sort_order }: z.output<typeof OffsetQuery>): OffsetRequest {
  return { limit, offset, sortBy: sort_by, descending: sort_order === "desc" };
}
