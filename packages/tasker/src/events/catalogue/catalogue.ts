import type { z } from "zod";
import type { TaskerEvent } from "../event.ts";
import type { EventDefinition } from "./event-definition.ts";
import { EXTENSION_EVENTS } from "./extension-events.ts";
import { OBSERVABILITY_EVENTS } from "./observability-events.ts";
import { REGISTRY_EVENTS } from "./registry-events.ts";
import { STEP_EVENTS } from "./step-events.ts";
import { TASK_EVENTS } from "./task-events.ts";
import { TELEMETRY_EVENTS } from "./telemetry-events.ts";
import { TEST_EVENTS } from "./test-events.ts";
import { WORKFLOW_EVENTS } from "./workflow-events.ts";

type ValueOf<T> = T[keyof T];
type Definitions =
  | ValueOf<typeof TASK_EVENTS>
  | ValueOf<typeof STEP_EVENTS>
  | ValueOf<typeof WORKFLOW_EVENTS>
  | ValueOf<typeof OBSERVABILITY_EVENTS>
  | ValueOf<typeof TELEMETRY_EVENTS>
  | ValueOf<typeof REGISTRY_EVENTS>
  | ValueOf<typeof TEST_EVENTS>
  | ValueOf<typeof EXTENSION_EVENTS>;

type Payloads = { readonly [Definition in Definitions as Definition["name"]]: z.infer<Definition["payload"]> };

/** Name of an event of the catalogue. */
export type EventName = keyof Payloads;

/** What the payload of an event is. */
export type PayloadOf<Name extends EventName> = Payloads[Name];

/** An event of the catalogue. Of several names: one of these events. */
export type EventOf<Name extends EventName> = { [Each in Name]: TaskerEvent<Each, Payloads[Each]> }[Name];

/** Every event that Tasker publishes, by name. What handlers publish is declared by their templates. */
export const EVENT_CATALOGUE: ReadonlyMap<string, EventDefinition> = new Map(
  [
    TASK_EVENTS,
    STEP_EVENTS,
    WORKFLOW_EVENTS,
    OBSERVABILITY_EVENTS,
    TELEMETRY_EVENTS,
    REGISTRY_EVENTS,
    EXTENSION_EVENTS,
    TEST_EVENTS,
  ]
    .flatMap((group): EventDefinition[] => Object.values(group))
    .map((definition) => [definition.name, definition]),
);
