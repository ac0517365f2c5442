import type { TaskAnalysis } from "./analyze-snapshot.ts";

/** An analysis as JSON text, indented; its maps are objects whose keys are ids of steps. */
export function analysisJson(analysis: TaskAnalysis): string {
  return JSON.stringify(
    analysis,
    (_key, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value),
    2,
  );
}
