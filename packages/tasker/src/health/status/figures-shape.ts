import { z } from "zod";
import type { StatusFigures } from "./measure-status.ts";

const count = z.number();

/** Shape of figures that were kept as JSON. */
export const FiguresShape: z.ZodType<StatusFigures> = z.object({
  tasks: z.object({
    counted: count,
    total: count,
    pending: count,
    in_progress: count,
    complete: count,
    error: count,
    cancelled: count,
  }),
  steps: z.object({
    counted: count,
    total: count,
    pending: count,
    in_progress: count,
    complete: count,
    error: count,
    retryable_errors: count,
    exhausted_retries: count,
    in_backoff: count,
  }),
  window: z.object({
    seconds: count,
    is_cut: z.boolean(),
    created_tasks: count.nullable(),
    complete_tasks: count,
    failed_tasks: count,
    complete_steps: count,
    failed_steps: count,
    step_seconds: count.nullable(),
  }),
  connections: z.object({ connections: count, active: count, max_connections: count }),
});
