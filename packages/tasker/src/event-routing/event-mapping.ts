import { z } from "zod";
import { ConfigurationError } from "../errors/index.ts";
import type { JsonObject } from "../json/json-value.ts";

/** Where events can go. */
export const BACKENDS = ["traces", "metrics", "logs"] as const;

/** One of {@link BACKENDS}. */
export type Backend = (typeof BACKENDS)[number];

/** The reference has both numbers of these names. */
const BackendName = z.enum(["trace", "traces", "metric", "metrics", "log", "logs"]).transform((name): Backend => {
  if (name === "trace" || name === "traces") return "traces";
  return name === "metric" || name === "metrics" ? "metrics" : "logs";
});

/** How much an event matters, for whoever looks at the mappings. */
const Priority = z.enum(["low", "normal", "high", "critical"]);

const MappingSettings = z.strictObject({
  backends: z
    .array(BackendName)
    .transform((names) => [...new Set(names)])
    .default(["traces"]),
  enabled: z.boolean().default(true),
  sampling_rate: z.number().min(0).max(1).default(1),
  priority: Priority.default("normal"),
  metadata: z.record(z.string(), z.json()).default({}),
});

/**
 * What is done with an event; what is missing has its default: traces only, enabled, all of them, priority normal, no metadata.
 */
export type MappingSettings = Readonly<z.input<typeof MappingSettings>>;

/** Which backends an event goes to, and how much of it. Frozen. */
export interface EventMapping {
  readonly event_name: string;
  readonly backends: readonly Backend[];
  readonly enabled: boolean;
  /** Share of the traces, from 0 to 1, whose events of this name go on. */
  readonly sampling_rate: number;
  readonly priority: z.output<typeof Priority>;
  readonly metadata: Readonly<JsonObject>;
}

/**
 * Makes a mapping.
 * @throws ConfigurationError that names the event, the field, its value and what was expected
 */
export function eventMapping(eventName: string, settings: MappingSettings = {}): EventMapping {
  if (typeof eventName !== "string" || eventName === "") throw refusal("event_name", eventName, "the name of an event");
  const parsed = MappingSettings.safeParse(settings);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.map(String) ?? [];
    const value = path.reduce<unknown>(
      (from, key) => (typeof from === "object" && from !== null ? Reflect.get(from, key) : undefined),
      settings,
    );
    throw refusal([eventName, ...path].join("."), value, issue?.message ?? "a mapping");
  }
  const { backends, metadata, ...rest } = parsed.data;
  return Object.freeze({
    event_name: eventName,
    ...rest,
    backends: Object.freeze(backends),
    metadata: Object.freeze(metadata),
  });
}

/** The mapping as a sentence: `step.failed -> traces, metrics (50% sampled)`. */
export function describeMapping({ event_name: name, backends, sampling_rate: rate }: EventMapping): string {
  const sampled = rate < 1 ? ` (${Number((rate * 100).toFixed(4))}% sampled)` : "";
  return `${name} -> ${backends.join(", ")}${sampled}`;
}

function refusal(option: string, value: unknown, expected: string): ConfigurationError {
  return new ConfigurationError(`event mapping ${option} is ${JSON.stringify(value)}, expected ${expected}`, {
    context: { option, value, expected },
  });
}
