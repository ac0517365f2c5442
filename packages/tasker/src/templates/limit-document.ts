import { z } from "zod";
import type { JsonObject } from "../json/json-value.ts";
import type { Limit, NamedLimit, StepLimit } from "./limit.ts";

/** Largest number of a limit. */
const MOST = 100_000;
/** Longest time of a rate: a year. */
const LONGEST_SECONDS = 31_536_000;

/** `rate` of a limit. */
export const RateDocument = z.strictObject({
  count: z.int().min(1).max(MOST),
  per_seconds: z.number().positive().max(LONGEST_SECONDS),
});

const bounds = {
  key: z
    .string()
    .max(255)
    .regex(/^[^.]+(\.[^.]+)*$/, { error: "a path into the context such as customer.id" })
    .nullish(),
  concurrency: z.int().min(1).max(MOST).nullish(),
  rate: RateDocument.nullish(),
};

/** The limit of a handler or of an external system: a value of `handler_limits` or `dependent_systems`. */
export const LimitDocument = z.strictObject(bounds);

/** One entry of a step's `limits`. */
export const StepLimitDocument = z.strictObject({ name: z.string().min(1).max(128).nullish(), ...bounds });

/** Limits by the name of a handler or of an external system. */
export const NamedLimitsDocument = z.record(z.string(), LimitDocument);

/** The limit that a document means. */
export function limitOf({ key, concurrency, rate }: z.infer<typeof LimitDocument>): Limit {
  return {
    key: key ?? null,
    concurrency: concurrency ?? null,
    rate: rate == null ? null : { count: rate.count, perSeconds: rate.per_seconds },
  };
}

/** The limits of a step that a document means, in written order. */
export function stepLimitsOf(documents: readonly z.infer<typeof StepLimitDocument>[]): readonly StepLimit[] {
  return documents.map(({ name, ...limit }) => ({ name: name ?? null, ...limitOf(limit) }));
}

/** The limits by name that a document means, in the order of their names: JSON does not keep any other. */
export function namedLimitsOf(documents: z.infer<typeof NamedLimitsDocument>): readonly NamedLimit[] {
  return Object.entries(documents)
    .map(([name, limit]) => ({ name, ...limitOf(limit) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A limit in the keys of YAML; what is null is left out. */
export function limitToDocument({ key, concurrency, rate }: Limit): JsonObject {
  return {
    ...(key === null ? {} : { key }),
    ...(concurrency === null ? {} : { concurrency }),
    ...(rate === null ? {} : { rate: { count: rate.count, per_seconds: rate.perSeconds } }),
  };
}

/** Limits of a step in the keys of YAML; null if there are none. */
export function stepLimitsToDocument(limits: readonly StepLimit[]): readonly JsonObject[] | null {
  if (limits.length === 0) return null;
  return limits.map(({ name, ...limit }) => ({ ...(name === null ? {} : { name }), ...limitToDocument(limit) }));
}

/** Limits by name in the keys of YAML; null if there are none. */
export function namedLimitsToDocument(limits: readonly NamedLimit[]): JsonObject | null {
  if (limits.length === 0) return null;
  return Object.fromEntries(limits.map(({ name, ...limit }) => [name, limitToDocument(limit)]));
}
