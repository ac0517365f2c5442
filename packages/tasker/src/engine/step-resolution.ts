import { StoredJson } from "./stored-json.ts";

/** How a step in the state `resolved_manually` came to be so, as far as its dependants have to know. */
export interface StepResolution {
  /** `resolution` in the metadata of its row: `skipped`, `bypassed`, or what an operator's action calls itself. */
  readonly kind: string;
}

/** Kinds of resolution that leave a step without results of its own. */
const WITHOUT_RESULTS: ReadonlySet<string> = new Set(["skipped", "bypassed"]);

/** Whether the step has no results of its own to be read. */
export function isWithoutResults(resolution: StepResolution | null): boolean {
  return resolution !== null && WITHOUT_RESULTS.has(resolution.kind);
}

/** What the steps after one without results read in their place. */
export const NO_RESULTS = new StoredJson("null");
