import { textIn } from "./read-metadata.ts";
import type { TransitionFacts } from "./transition-facts.ts";

/** From where a transition leads, and where to, as payloads tell it. */
export const moveOf = ({ from, to }: TransitionFacts) => ({ from_state: from, to_state: to });

/** Who made a transition, by what, and why, as payloads tell it. */
export const authorOf = ({ metadata }: TransitionFacts) => ({
  reason: textIn(metadata, "reason"),
  actor: textIn(metadata, "actor"),
  action: textIn(metadata, "action"),
});
