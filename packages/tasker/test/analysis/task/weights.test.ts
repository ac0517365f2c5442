import { describe, expect, test } from "vitest";
import { analysisJson } from "../../../src/analysis/task/analysis-json.ts";
import { analyzeSnapshot } from "../../../src/analysis/task/analyze-snapshot.ts";
import {
  type DependencyGraphConfig,
  type DependencyGraphSettings,
  dependencyGraphConfig,
} from "../../../src/config/dependency-graph-config.ts";
import { snapshotOf } from "./snapshot-of.ts";

/** One task in which steps have failed in both ways, with impacts on both sides of a threshold, and one where steps only wait. */
const TASKS = [
  snapshotOf("d -> a, a -> b, b -> c, x -> y", {
    d: { state: "complete", attempts: 1 },
    a: { state: "error", attempts: 3 },
    x: { state: "error", attempts: 1, retryable: false },
  }),
  snapshotOf("a -> b, b -> c, c -> d, d -> e, e -> f"),
];

const analyse = (settings: DependencyGraphSettings) =>
  TASKS.map((task) => analysisJson(analyzeSnapshot(task, dependencyGraphConfig(settings)))).join();

const options = Object.entries(dependencyGraphConfig()).flatMap(([group, values]) =>
  Object.entries(values).map(([key, value]) => [group, key, value] as const),
);

describe("the section dependency_graph", () => {
  test("has 19 options", () => {
    expect(options).toHaveLength(19);
  });

  test.each(
    options.map(([group, key, value]) => [`${group}.${key}`, group, key, value] as const),
  )("the option %s changes the analysis", (_option, group, key, value) => {
    const changed = { [group]: { [key]: value + (group === "severity_thresholds" ? -1 : 7) } };
    // A threshold changes what reaches it: here it is moved to where an impact lies.
    const settings = group === "severity_thresholds" ? thresholdAt(key) : changed;
    expect(analyse(settings)).not.toBe(analyse({}));
  });
});

/** Thresholds of which one lies differently than by default for the impacts of these tasks. */
function thresholdAt(key: string): Partial<DependencyGraphConfig> {
  const { severity_thresholds: defaults } = dependencyGraphConfig();
  const moved = { critical: 1_000, high: 99, medium: 0 }[key] ?? 0;
  return { severity_thresholds: { ...defaults, [key]: moved } };
}
