import { compilePattern } from "../events/bus/pattern.ts";

/**
 * Says of names of events whether they are left out of traces and logs.
 * @param patterns names, and patterns such as `workflow.*`. None: nothing is left out
 * @throws InvalidRequestError for an empty name
 */
export function eventFilter(patterns: readonly string[]): (name: string) => boolean {
  return patterns.length === 0 ? () => false : compilePattern(patterns).matchesName;
}
