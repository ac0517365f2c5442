import type { TelemetrySettings } from "../config/telemetry-config.ts";
import type { EventRouter } from "../event-routing/event-router.ts";
import type { TaskSpanIds } from "./task-span-ids.ts";

/** Keys of the section `telemetry` that tracing goes by. */
type TracingKeys =
  | "enabled"
  | "service_name"
  | "service_version"
  | "filter_parameters"
  | "filter_mask"
  | "event_sampling_rate"
  | "filtered_events";

/** How an engine traces: those keys, and two objects. */
export interface TracingOptions extends Pick<TelemetrySettings, TracingKeys> {
  /** The id generator of the tracer provider: with it a task's steps are below the span of the task. Default: none. */
  readonly ids?: TaskSpanIds;
  /** Which of the engine's spans and events on spans are made. Default: a router with the default mappings. */
  readonly router?: EventRouter;
}
