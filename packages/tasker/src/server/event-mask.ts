import { MASKED, type Mask, maskEvents } from "../events/bus/mask.ts";
import { Redaction } from "../secrets/redaction.ts";

/** Events of which the reason is the message of an error. */
const REASON_IS_ERROR: ReadonlySet<string> = new Set(["step.interrupted", "step.postponed"]);

/**
 * Hides what clients may not see of events.
 * @param keys what nobody sees of them in the process of the server either; null: nothing
 * @param redact places of values that are never shown; of these, events have the message of an error
 */
export function eventMask(keys: Mask | null, redact: readonly string[]): Mask {
  const byKeys: Mask = keys ?? ((event) => event);
  const shown = new Redaction(redact).error({ message: "-", backtrace: "", details: null }).message;
  if (shown === "-") return byKeys;
  const [message, reason] = [maskEvents(["error_message"], MASKED), maskEvents(["error_message", "reason"], MASKED)];
  return (event) => byKeys(REASON_IS_ERROR.has(event.name) ? reason(event) : message(event));
}
