import type { Attributes } from "@opentelemetry/api";
import type { TelemetryConfig } from "../config/telemetry-config.ts";

/** What a span tells: numbers and truth values stay what they are; what is null or missing is left out. */
export type Facts = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

/** Names and masks what spans tell. */
export class SpanAttributes {
  readonly #prefix: string;
  readonly #masked: ReadonlySet<string>;
  readonly #mask: string;
  /** What keys are called on spans: few, and used again and again. */
  readonly #names = new Map<string, { readonly name: string; readonly isMasked: boolean }>();

  constructor({ service_name: service, filter_parameters: masked, filter_mask: mask }: TelemetryConfig) {
    this.#prefix = `${service}.`;
    this.#masked = new Set(masked);
    this.#mask = mask;
  }

  /** Facts under the prefix of the service: `task_id` becomes `tasker.task_id`. */
  of(facts: Facts): Attributes {
    const attributes: Attributes = {};
    for (const key in facts) {
      const value = facts[key];
      if (value === null || value === undefined) continue;
      const { name, isMasked } = this.#names.get(key) ?? this.#nameOf(key);
      if (isMasked) attributes[name] = this.#mask;
      else attributes[name] = typeof value === "object" ? [...value] : value;
    }
    return attributes;
  }

  #nameOf(key: string): { readonly name: string; readonly isMasked: boolean } {
    const name = key.startsWith(this.#prefix) ? key : this.#prefix + key;
    const known = { name, isMasked: this.#masked.has(key) || this.#masked.has(name) };
    this.#names.set(key, known);
    return known;
  }

  /** A text that belongs to a key, as it may be shown. */
  text(key: string, text: string): string {
    return this.#masked.has(key) ? this.#mask : text;
  }
}
