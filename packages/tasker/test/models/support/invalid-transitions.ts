import { expect } from "vitest";
import { STATES } from "../../../src/states/state.ts";

const states = `one of ${STATES.join(", ")}`;

/** What no transition of a task or a step may have: the attribute, the field and the rule that the refusal names. */
export const INVALID_TRANSITIONS: readonly (readonly [Readonly<Record<string, unknown>>, string, unknown])[] = [
  [{ to_state: "done" }, "to_state", states],
  [{ to_state: "" }, "to_state", states],
  [{ from_state: "done" }, "from_state", `${states}, or nothing`],
  [{ sort_key: undefined }, "sort_key", expect.stringContaining("a whole number from 0")],
  [{ sort_key: -1 }, "sort_key", expect.stringContaining("a whole number from 0")],
  [{ metadata: [1] }, "metadata", "a JSON object"],
  [{ metadata: "text" }, "metadata", "a JSON object"],
  [{ metadata: { a: "\u0000" } }, "metadata", expect.stringContaining("U+0000")],
  [{ most_recent: "yes" }, "most_recent", "true or false"],
];

/** What counts as no metadata. */
export const BLANK_METADATA: readonly unknown[] = [undefined, null, "", "  ", [], {}];
