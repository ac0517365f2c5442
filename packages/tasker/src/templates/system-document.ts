import { z } from "zod";
import { CircuitDocument } from "./circuit-document.ts";
import type { NamedLimit } from "./limit.ts";
import { LimitDocument, namedLimitsOf } from "./limit-document.ts";

/** What holds for all steps that talk to an external system: a value of `dependent_systems`. */
export const SystemDocument = z.strictObject({
  ...LimitDocument.shape,
  /** Lets nothing through for a while after failures. Default: none. */
  circuit_breaker: CircuitDocument.nullish(),
});

/** External systems by their names. */
export const SystemsDocument = z.record(z.string(), SystemDocument);

/** The limits of the systems that have one, in written order. */
export function systemLimitsOf(systems: z.infer<typeof SystemsDocument>): readonly NamedLimit[] {
  const limited = Object.entries(systems).filter(([, { concurrency, rate }]) => concurrency != null || rate != null);
  return namedLimitsOf(Object.fromEntries(limited.map(([name, { circuit_breaker: _, ...limit }]) => [name, limit])));
}
