import type { StepDefinition } from "../templates/definition.ts";
import { StoredJson } from "./stored-json.ts";

/** How a step in the state `resolved_manually` came to be so, as far as its dependants have to know. */
export interface StepResolution {
  /**
   * `resolution` in the metadata of its row: `skipped`, `bypassed`, `failure_ignored`, or what an operator's action calls
   * itself.
   */
  readonly kind: string;
}

/** Kinds of resolution that leave a step without results of its own. */
const WITHOUT_RESULTS: ReadonlySet<string> = new Set(["skipped", "bypassed", "failure_ignored"]);

const NO_RESULTS = new StoredJson("null");

/**
 * What the steps after it read of a step.
 * @param stored what it holds, or will hold after the commit under way
 * @returns for a step without results of its own the default of its definition, or null
 */
export function readableResults(
  resolution: StepResolution | null,
  stored: StoredJson,
  definition: StepDefinition | undefined,
): StoredJson {
  if (resolution === null || !WITHOUT_RESULTS.has(resolution.kind)) return stored;
  return defaultResultsOf(definition) ?? NO_RESULTS;
}

/** What is stored for a step without results of its own; null: what it holds stays. */
export function defaultResultsOf(definition: StepDefinition | undefined): StoredJson | null {
  const value = definition?.defaultResults ?? null;
  return value === null ? null : StoredJson.of(value);
}
