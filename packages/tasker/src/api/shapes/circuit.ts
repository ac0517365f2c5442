import { z } from "zod";
import { Moment } from "./common.ts";

/** A circuit breaker that has ever failed. */
export const Circuit = z.object({
  namespace: z.string(),
  name: z.string(),
  state: z.enum(["closed", "open", "half_open"]),
  since: Moment,
  next_probe_at: Moment.nullable().describe("When an open circuit lets a probe through"),
  failures: z.int().describe("Failures of a closed circuit that were counted together with its last one"),
  probes: z.int().describe("Probes of a half-open circuit that are under way"),
  updated_at: Moment,
});

/** A circuit, by its namespace and name. */
export const CircuitParams = z.strictObject({
  namespace: z.string().min(1).max(64),
  name: z.string().min(1).max(255),
});

/** A limit that is in use or waited for. */
export const Limit = z.object({
  namespace: z.string(),
  kind: z.enum(["handler", "name", "step", "system"]),
  name: z.string().describe("Of the handler, the external system or the limit; of a step's own limit `task.step`"),
  has_key: z.boolean(),
  key: z
    .string()
    .nullable()
    .describe("Value of its key, a long one as its hash; null: it has none, or nothing stands there"),
  in_use: z.int().describe("Steps that hold a permit"),
  left_behind: z.int().describe("Those among them whose process is gone"),
  waiting: z.int(),
  waiting_since: Moment.nullable(),
  next_at: Moment.nullable().describe("When one of them is asked for again"),
});
