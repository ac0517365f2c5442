import { z } from "zod";

/** `handler_config` of the steps that call a service. */
export const CallConfig = z.strictObject({
  /** How long one call may take, in seconds; the step's own deadline holds for the whole attempt. */
  call_timeout_seconds: z.number().positive().default(30),
});
export type CallConfig = z.infer<typeof CallConfig>;
