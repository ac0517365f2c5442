import { z } from "zod";
import { defineEvents } from "./event-definition.ts";
import { count, text } from "./payload-parts.ts";

const ON_REQUEST = { durability: "on_request" } as const;
const asked = {
  export_id: text("id of the export", "0199d2f4-8e4b-7cc1-9c52-7d5f3f5c1a2b"),
  format: text("format that was asked for", "json"),
};
const duration_ms = z
  .number()
  .nonnegative()
  .meta({ description: "milliseconds that it took", examples: [12] });

/** Events of exports of metrics. */
export const TELEMETRY_EVENTS = defineEvents(
  { constant: "TELEMETRY_EVENTS", category: "telemetry" },
  {
    EXPORT_REQUESTED: {
      ...ON_REQUEST,
      name: "tasker.telemetry.export_requested",
      description: "Somebody asks for an export of the metrics.",
      firedWhen: "before the export is made, by the process that makes it",
      payload: z.strictObject(asked),
    },
    EXPORT_COMPLETED: {
      ...ON_REQUEST,
      name: "tasker.telemetry.export_completed",
      description: "An export of the metrics is made.",
      firedWhen: "after it is made",
      payload: z.strictObject({ ...asked, metrics_count: count("metrics that it holds", 40), duration_ms }),
    },
    EXPORT_FAILED: {
      ...ON_REQUEST,
      name: "tasker.telemetry.export_failed",
      description: "An export of the metrics could not be made.",
      firedWhen: "when that has turned out",
      payload: z.strictObject({ ...asked, error: text("what went wrong", "no such format"), duration_ms }),
    },
  },
);
