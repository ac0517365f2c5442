import { PermanentError, type TaskView } from "tasker";
import { z } from "zod";

/** What the handlers read from the context; the template's schema has put the defaults in. */
const AnalyticsContext = z.object({
  date_range: z.object({ start_date: z.string().nullish(), end_date: z.string().nullish() }).nullish(),
  force_refresh: z.boolean().default(false),
  notification_channels: z.array(z.string()).default([]),
  quality_thresholds: z
    .object({
      min_customer_records: z.number().default(100),
      max_null_percentage: z.number().default(0.05),
      min_order_records: z.number().default(50),
    })
    .prefault({}),
});

/** The context of a `customer_analytics` task as its handlers see it. */
export type AnalyticsContext = z.infer<typeof AnalyticsContext>;

/** The days that are reported on, both included; `YYYY-MM-DD`. */
export interface Period {
  readonly start: string;
  readonly end: string;
}

/** Reads the context. @throws PermanentError with code `INVALID_ANALYTICS_CONTEXT` if a value has the wrong type */
export function readContext(task: Pick<TaskView, "context">): AnalyticsContext {
  const parsed = AnalyticsContext.safeParse(task.context);
  if (parsed.success) return parsed.data;
  throw refused("INVALID_ANALYTICS_CONTEXT", `the context cannot be read: ${z.prettifyError(parsed.error)}`);
}

/**
 * Reads the period.
 * @throws PermanentError that says what of it is missing or wrong
 */
export function readPeriod(task: Pick<TaskView, "context">): Period {
  const range = readContext(task).date_range;
  if (range === undefined || range === null) throw refused("MISSING_DATE_RANGE", "date_range is missing");
  const start = readDay(range.start_date, "start_date");
  const end = readDay(range.end_date, "end_date");
  if (start > end) {
    throw refused("INVALID_DATE_RANGE", `date_range begins on ${start}, after its end on ${end}`);
  }
  return { start, end };
}

function readDay(value: string | null | undefined, field: "start_date" | "end_date"): string {
  if (!value) throw refused(`MISSING_${field.toUpperCase()}`, `date_range.${field} is missing`);
  if (z.iso.date().safeParse(value).success) return value;
  throw refused("INVALID_DATE_FORMAT", `date_range.${field} is ${JSON.stringify(value)}, expected a day as YYYY-MM-DD`);
}

function refused(errorCode: string, message: string): PermanentError {
  return new PermanentError(message, { errorCode });
}
