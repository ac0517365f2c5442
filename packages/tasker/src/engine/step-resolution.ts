import type { StepOutcome } from "../templates/condition.ts";
import type { StepDefinition } from "../templates/definition.ts";
import { StoredJson } from "./stored-json.ts";

/** How a step in the state `resolved_manually` came to be so, as far as its dependants have to know. */
export interface StepResolution {
  /**
   * `resolution` in the metadata of its row: `skipped`, `bypassed`, `failure_ignored`, or what an operator's action calls
   * itself.
   */
  readonly kind: string;
  /** The step that was skipped together with all that depend on it, if this one is among those; or null. */
  readonly skippedWith: string | null;
}

/** Kinds of resolution that leave a step without results of its own. */
const WITHOUT_RESULTS: ReadonlySet<string> = new Set(["skipped", "bypassed", "failure_ignored"]);

const SKIPPED: ReadonlySet<string> = new Set(["skipped", "bypassed"]);

/** Whether the steps after the one that was so resolved are skipped, too. */
export function spreadsSkip(resolution: StepResolution | null, definition: StepDefinition | undefined): boolean {
  if (resolution === null || !SKIPPED.has(resolution.kind)) return false;
  return resolution.skippedWith !== null || definition?.whenSkipped === "skip_dependants";
}

/** How a satisfied step ended, for the conditions of the steps after it. */
export function outcomeOf(resolution: StepResolution | null): StepOutcome {
  if (resolution === null) return "complete";
  if (SKIPPED.has(resolution.kind)) return "skipped";
  return resolution.kind === "failure_ignored" ? "failed" : "complete";
}

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
