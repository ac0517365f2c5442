import type { Outcome } from "./outcome.ts";
import type { StandingWait } from "./standing-wait.ts";
import { StoredJson } from "./stored-json.ts";

/** What a wait comes to whose time is over. */
export function endByTime({ facts }: StandingWait, nowMs: number): Outcome {
  const durationMs = nowMs - Date.parse(facts.since);
  return { kind: "success", results: StoredJson.of({ until: facts.until }), durationMs };
}
