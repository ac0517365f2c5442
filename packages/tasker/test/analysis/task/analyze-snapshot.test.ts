import { describe, expect, test } from "vitest";
import { analysisJson } from "../../../src/analysis/task/analysis-json.ts";
import { analyzeSnapshot } from "../../../src/analysis/task/analyze-snapshot.ts";
import { dependencyGraphConfig } from "../../../src/config/dependency-graph-config.ts";
import { CyclicGraphError } from "../../../src/errors/index.ts";
import { NOW, snapshotOf } from "./snapshot-of.ts";

const DIAMOND = "check -> reserve, check -> charge, reserve -> ship, charge -> ship";
const done = { state: "complete", attempts: 1 };
const failed = { state: "error", attempts: 3 };

describe("the analysis of a task", () => {
  test("lists the graph by ids and names, with levels", () => {
    const { dependency_graph: graph } = JSON.parse(analysisJson(analyzeSnapshot(snapshotOf("a -> b"))));
    expect(graph).toEqual({
      nodes: [
        { id: 100, name: "a", level: 0 },
        { id: 101, name: "b", level: 1 },
      ],
      edges: [{ from: 100, to: 101, from_name: "a", to_name: "b" }],
      adjacency_list: { 100: [101], 101: [] },
      reverse_adjacency_list: { 100: [], 101: [100] },
      dependency_levels: { 100: 0, 101: 1 },
    });
  });

  test("scores paths by length, what is done, blocked and in error, and duration", () => {
    const { critical_paths: paths } = analyzeSnapshot(snapshotOf(DIAMOND, { check: done, charge: failed }));
    expect(paths).toMatchObject({ total_paths: 2, longest_path_length: 3, root_nodes: [100], leaf_nodes: [103] });
    const [worst] = paths.paths;
    // 3 steps * 10 - 15 + 25 * 1.5 + 30 * 1.5 + 10 + (3 * 30 + 60 + 4 * 30) / 60 * 2, less 0.3 * a quarter.
    const score = (30 - 15 + 37.5 + 45 + 10 + 9) * (1 - 0.3 * 0.25);
    expect(worst?.criticality_score).toBeCloseTo(score, 9);
    expect(worst).toMatchObject({
      path: [100, 102, 103],
      step_names: ["check", "charge", "ship"],
      completed_steps: 1,
      blocked_steps: 1,
      error_steps: 1,
      retry_steps: 1,
      ready_steps: 0,
      estimated_duration: 270,
      completion_percentage: 33.3,
      bottlenecks: [
        { step_name: "charge", reason: "Exhausted retries", severity: 45, impact: "Blocks 1 downstream steps" },
        { step_name: "ship", reason: "Dependencies not satisfied", severity: 5, impact: "Blocks 0 downstream steps" },
      ],
    });
  });

  test("says what can run side by side, level by level", () => {
    const { parallelism_opportunities: report } = analyzeSnapshot(snapshotOf(DIAMOND, { check: done }));
    expect(report).toMatchObject({
      total_levels: 3,
      max_parallel_steps: 2,
      current_parallel_opportunities: 2,
      blocked_parallel_opportunities: 1,
      overall_completion: 25,
      parallelism_efficiency: 33.3,
    });
    expect(report.levels[1]).toEqual({
      level: 1,
      total_steps: 2,
      ready_steps: 2,
      blocked_steps: 0,
      error_steps: 0,
      completed_steps: 0,
      step_names: ["reserve", "charge"],
      parallelism_potential: "High",
      bottleneck_risk: "Low",
    });
    expect(report.levels[2]).toMatchObject({ parallelism_potential: "Low", bottleneck_risk: "High" });
  });

  test("weighs a failed step by what waits for it and by its attempts", () => {
    const { error_chains: report } = analyzeSnapshot(snapshotOf(DIAMOND, { check: failed }));
    expect(report).toMatchObject({
      total_error_steps: 1,
      error_percentage: 25,
      total_blocked_by_errors: 3,
      most_critical_error: "check",
      task_health: "blocked",
    });
    expect(report.error_chains[0]).toMatchObject({
      downstream_steps: [101, 102, 103],
      blocked_downstream_steps: 3,
      // 3 * 15 + 3 * 5 + 20 + 3 * 3
      total_impact: 89,
      retry_analysis: { exhausted: true, remaining_attempts: 0, in_backoff: false, next_retry_at: null },
    });
    expect(report.recovery_priority).toEqual([
      {
        step_name: "check",
        priority_level: "High",
        reason: "Blocking 3 downstream steps",
        recommended_action: "Manual Resolution",
      },
    ]);
  });

  test("waits for a backoff that has not ended, and sees to it that one that has ended goes on", () => {
    const at = (nextRetryAt: number) =>
      analyzeSnapshot(snapshotOf("a -> b", { a: { state: "error", attempts: 1, nextRetryAt } }));
    expect(at(NOW + 90_000).error_chains.error_chains[0]).toMatchObject({
      retry_analysis: { in_backoff: true, remaining_attempts: 2, next_retry_at: "2027-01-31T12:01:30.000Z" },
      recovery_strategies: [{ strategy: "Wait for Backoff" }],
    });
    expect(at(NOW + 90_000).bottlenecks.bottlenecks[0]).toMatchObject({
      bottleneck_type: "Active Error",
      resolution_strategy: "Wait for backoff period",
      estimated_resolution_time: "2 minutes",
    });
    expect(at(NOW).error_chains).toMatchObject({
      task_health: "recovering",
      error_chains: [{ recovery_strategies: [{ strategy: "Monitor Retries" }] }],
    });
    expect(at(NOW).bottlenecks.bottlenecks[0]?.estimated_resolution_time).toBe("Within next retry cycle");
  });

  test("scores bottlenecks, and counts the critical ones instead of the size of a number", () => {
    const { bottlenecks: report } = analyzeSnapshot(snapshotOf(DIAMOND, { check: failed }));
    expect(report).toMatchObject({
      total_bottlenecks: 1,
      critical_bottlenecks: 1,
      total_blocked_steps: 3,
      failed_steps_ratio: 25,
      overall_impact: "High",
    });
    expect(report.bottlenecks[0]).toMatchObject({
      // (3 * 5 + 3 * 15) * (2 + 0.5) + 3 * 3 + 10 + 20
      impact_score: 189,
      severity: "Critical",
      bottleneck_type: "Permanent Failure",
      resolution_strategy: "Manual intervention required",
      estimated_resolution_time: "Immediate action needed",
    });
  });

  test("takes no step that is done or in progress for a failure, however many attempts it has had", () => {
    const last = { attempts: 3, retryLimit: 3 };
    const { bottlenecks } = analyzeSnapshot(
      snapshotOf("a, b", { a: { state: "complete", ...last }, b: { state: "in_progress", ...last } }),
    );
    expect(bottlenecks.bottlenecks).toMatchObject([
      { step_name: "b", bottleneck_type: "Retry Exhaustion", resolution_strategy: "Monitor retry attempts" },
    ]);
    expect(bottlenecks.overall_impact).toBe("Low");
  });

  test("finds no bottleneck where everything is ready, and a permanent one where no attempt is allowed", () => {
    expect(analyzeSnapshot(snapshotOf("a, b")).bottlenecks).toMatchObject({
      total_bottlenecks: 0,
      overall_impact: "None",
      task_health: "healthy",
    });
    const { bottlenecks } = analyzeSnapshot(snapshotOf("a", { a: { retryLimit: 0 } }));
    expect(bottlenecks.bottlenecks[0]?.bottleneck_type).toBe("Permanent Failure");
    const permanent = snapshotOf("a", { a: { state: "error", attempts: 1, retryable: false } });
    expect(analyzeSnapshot(permanent).bottlenecks.bottlenecks[0]?.bottleneck_type).toBe("Non-Retryable");
  });

  test("weighs as it is told to", () => {
    const snapshot = snapshotOf("a -> b", { a: failed });
    const score = (settings: Parameters<typeof dependencyGraphConfig>[0]) =>
      analyzeSnapshot(snapshot, dependencyGraphConfig(settings)).bottlenecks.bottlenecks[0];
    expect(score({ impact_multipliers: { downstream_weight: 0, blocked_weight: 0 } })?.impact_score).toBe(39);
    expect(score({ severity_multipliers: { error_state: 10 } })?.impact_score).toBe(249);
    expect(score({ penalty_constants: { exhausted_retry: 0 } })?.impact_score).toBe(69);
    expect(score({ severity_thresholds: { critical: 1_000 } })?.severity).toBe("High");
    const slow = dependencyGraphConfig({ duration_estimates: { base_step_seconds: 600 } });
    expect(analyzeSnapshot(snapshot, slow).estimate.p50_seconds).toBe(1_200);
  });

  test("names the members of a cycle that is stored", () => {
    const snapshot = { ...snapshotOf("a, b"), edges: { from: [100, 101], to: [101, 100] } };
    expect(() => analyzeSnapshot(snapshot)).toThrow(CyclicGraphError);
    expect(() => analyzeSnapshot(snapshot)).toThrow("a -> b -> a");
  });

  test("takes a task without steps, steps of one name, and edges to nowhere", () => {
    expect(analyzeSnapshot({ taskId: 1, now: NOW, steps: [], edges: { from: [], to: [] } })).toMatchObject({
      critical_paths: { total_paths: 0, paths: [], longest_path_length: 0 },
      estimate: { remaining_steps: 0, completes_at: null },
      risk: { probability_of_failure: null },
    });
    const twins = snapshotOf("a -> b");
    const named = { ...twins, steps: twins.steps.map((step) => ({ ...step, name: "same" })) };
    expect(analyzeSnapshot({ ...named, edges: { from: [100, 1], to: [101, 100] } }).dependency_graph.edges).toEqual([
      { from: 100, to: 101, from_name: "same", to_name: "same" },
    ]);
  });
});

const history = (p50: number, p95: number, failures = 0) => ({
  samples: 10,
  p50_seconds: p50,
  p95_seconds: p95,
  attempts: 10,
  failed_attempts: failures,
});

describe("the estimate", () => {
  test("follows the way that took longest in earlier tasks, and takes what is configured where nothing is known", () => {
    const { estimate } = analyzeSnapshot(
      snapshotOf(DIAMOND, {
        check: done,
        reserve: { history: history(100, 400) },
        charge: { history: history(2, 3) },
      }),
    );
    expect(estimate).toEqual({
      remaining_steps: 3,
      steps_with_history: 2,
      needs_operator: false,
      critical_path: { path: [101, 103], step_names: ["reserve", "ship"] },
      p50_seconds: 130,
      p95_seconds: 430,
      sequential_seconds: 132,
      completes_at: "2027-01-31T12:02:10.000Z",
    });
  });

  test("takes off what a running step has run, and adds what a failed one waits", () => {
    const estimate = (a: Parameters<typeof snapshotOf>[1]) => analyzeSnapshot(snapshotOf("a", a)).estimate.p50_seconds;
    expect(estimate({ a: { state: "in_progress", changedAt: NOW - 20_000 } })).toBe(10);
    expect(estimate({ a: { state: "in_progress", changedAt: NOW - 99_000 } })).toBe(0);
    expect(estimate({ a: { state: "error", attempts: 1, nextRetryAt: NOW + 5_000 } })).toBe(35);
  });

  test("has no end where somebody has to act first", () => {
    expect(analyzeSnapshot(snapshotOf("a", { a: failed })).estimate).toMatchObject({
      needs_operator: true,
      completes_at: null,
    });
  });

  test("of the longest way as a whole takes what complete steps took", () => {
    const { critical_paths } = analyzeSnapshot(
      snapshotOf(DIAMOND, { check: done, charge: { ...done, durationSeconds: 99.5 }, reserve: done }),
    );
    expect(critical_paths.longest_by_duration).toEqual({
      path: [100, 102, 103],
      step_names: ["check", "charge", "ship"],
      seconds: 159.5,
    });
  });
});

describe("the risk", () => {
  test("is that some remaining step uses up its attempts", () => {
    const { risk } = analyzeSnapshot(
      snapshotOf("a, b, c", {
        a: { history: history(1, 1, 5) },
        b: { state: "in_progress", attempts: 3, history: history(1, 1, 2) },
        c: { ...done, history: history(1, 1, 9) },
      }),
    );
    expect(risk.probability_of_failure).toBeCloseTo(1 - (1 - 0.5 ** 3) * (1 - 0.2), 5);
    expect(risk.riskiest_steps.map(({ step_name, attempts_left }) => [step_name, attempts_left])).toEqual([
      ["b", 1],
      ["a", 3],
    ]);
  });

  test("is certain once a step has used them up, and unknown without a history", () => {
    expect(analyzeSnapshot(snapshotOf("a", { a: failed })).risk.probability_of_failure).toBe(1);
    expect(analyzeSnapshot(snapshotOf("a")).risk.probability_of_failure).toBeNull();
  });
});
