import type { JsonObject } from "../json/json-value.ts";

/** A custom event that is declared apart from templates: in a file, or in code. */
export interface EventDeclaration {
  readonly name: string;
  readonly description: string | null;
  /** JSON Schema of the payload, for whoever publishes the event and has no schema of its own. Null: every object is accepted. */
  readonly payloadSchema: JsonObject | null;
  /** Whether a payload without `timestamp` gets the time of publication, in ISO 8601. */
  readonly isStamped: boolean;
  /** Names of handlers (`handler_class`) whose steps may publish it without declaring it. */
  readonly firedBy: readonly string[];
  /** Where it is declared, such as `events/orders.yml:4`; null: in code. */
  readonly source: string | null;
}
