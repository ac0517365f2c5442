import type { TelemetrySettings } from "../config/telemetry-config.ts";
import type { EventRouter } from "../event-routing/event-router.ts";
import type { TaskSpanIds } from "./task-span-ids.ts";

/** How an engine traces: the keys of the section `telemetry`, and two objects. */
export interface TracingOptions extends TelemetrySettings {
  /** The id generator of the tracer provider: with it a task's steps are below the span of the task. Default: none. */
  readonly ids?: TaskSpanIds;
  /** Which of the engine's spans and events on spans are made. Default: a router with the default mappings. */
  readonly router?: EventRouter;
}
