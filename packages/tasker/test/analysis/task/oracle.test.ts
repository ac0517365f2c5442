import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyzeSnapshot } from "../../../src/analysis/task/analyze-snapshot.ts";
import type { AnalyzedStep, AnalyzedTask } from "../../../src/analysis/task/analyzed-task.ts";
import { randomGraph } from "../../graph/random-graph.ts";
import { NOW, stepOf } from "./snapshot-of.ts";

const randomStep = fc.record({
  state: fc.constantFrom("pending", "pending", "in_progress", "complete", "error", "cancelled", "resolved_manually"),
  attempts: fc.nat(4),
  retryLimit: fc.nat(4),
  retryable: fc.boolean(),
  nextRetryAt: fc.constantFrom(null, NOW - 1_000, NOW + 61_000),
});

const randomTask: fc.Arbitrary<AnalyzedTask> = fc
  .tuple(randomGraph, fc.array(randomStep, { minLength: 14, maxLength: 14 }))
  .map(([{ graph, edges }, facts]) => ({
    taskId: 1,
    now: NOW,
    steps: graph.names.map((name, index) => stepOf(index, name, facts[index])),
    edges: { from: edges.map(([from]) => from + 100), to: edges.map(([, to]) => to + 100) },
  }));

/** The definitions of the analysis, word by word: sets, lists of all paths, nothing shared. */
class Oracle {
  readonly #task: AnalyzedTask;

  constructor(task: AnalyzedTask) {
    this.#task = task;
  }

  step(id: number): AnalyzedStep {
    return this.#task.steps.find((step) => step.id === id) ?? stepOf(0, "none");
  }

  children(id: number): number[] {
    const { from, to } = this.#task.edges;
    return to.filter((_, edge) => from[edge] === id);
  }

  parents(id: number): number[] {
    const { from, to } = this.#task.edges;
    return from.filter((_, edge) => to[edge] === id);
  }

  downstream(id: number, found: Set<number> = new Set()): Set<number> {
    for (const child of this.children(id)) this.downstream(child, found.add(child));
    return found;
  }

  isDone = (id: number) => ["complete", "resolved_manually"].includes(this.step(id).state);
  isFailed = (id: number) => this.step(id).state === "error";
  isOpen = (id: number) => ["pending", "error"].includes(this.step(id).state);
  isBlocked = (id: number) => this.isOpen(id) && !this.parents(id).every(this.isDone);

  isOver(id: number): boolean {
    const { attempts, retryLimit, retryable } = this.step(id);
    return this.isOpen(id) && (attempts >= retryLimit || (this.isFailed(id) && !retryable));
  }

  paths(path: number[]): number[][] {
    const next = this.children(path.at(-1) ?? 0);
    return next.length === 0 ? [path] : next.flatMap((id) => this.paths([...path, id]));
  }

  allPaths(): number[][] {
    return this.ids.filter((id) => this.parents(id).length === 0).flatMap((id) => this.paths([id]));
  }

  get ids(): number[] {
    return this.#task.steps.map(({ id }) => id);
  }

  criticality(path: number[]): number {
    const count = (is: (id: number) => boolean) => path.filter(is).length;
    const health = this.ids.some(this.isFailed) ? 1.5 : 1;
    const attempts = path.reduce((sum, id) => sum + this.step(id).attempts, 0);
    const duration = path.length * 30 + count(this.isFailed) * 60 + attempts * 30;
    const score =
      path.length * 10 -
      count(this.isDone) * 15 +
      count(this.isBlocked) * 25 * health +
      count(this.isFailed) * 30 * health +
      count((id) => this.isFailed(id) && this.step(id).attempts > 0) * 10 +
      (duration / 60) * 2;
    const completion = this.ids.filter(this.isDone).length / this.ids.length;
    return Math.max(0, score * (1 - 0.3 * completion));
  }

  bottleneck(id: number): number {
    const { attempts, retryLimit } = this.step(id);
    const after = [...this.downstream(id)];
    const blocked = after.filter(this.isBlocked).length;
    const isUsedUp = this.isOver(id) && attempts >= retryLimit;
    const multiplier = this.isFailed(id) ? 2 + (isUsedUp ? 0.5 : 0) : this.isBlocked(id) ? 1.2 : 1;
    const penalty = attempts * 3 + (this.isOver(id) ? 10 : 0) + (isUsedUp ? 20 : 0);
    return Math.round((after.length * 5 + blocked * 15) * multiplier + penalty);
  }

  bottlenecks(): number[] {
    const candidates = this.ids.some(this.isFailed)
      ? this.ids.filter(this.isFailed)
      : this.ids.filter(
          (id) =>
            !this.isDone(id) &&
            this.step(id).state !== "cancelled" &&
            (this.isBlocked(id) || this.step(id).attempts >= 2 || this.isOver(id)),
        );
    return candidates.map((id) => this.bottleneck(id)).sort((a, b) => b - a);
  }

  chainImpact(id: number): number {
    const { attempts, retryLimit } = this.step(id);
    const after = [...this.downstream(id)];
    return (
      after.filter(this.isBlocked).length * 15 + after.length * 5 + (attempts >= retryLimit ? 20 : 0) + attempts * 3
    );
  }

  /** Seconds from now until a step is done, of what remains. */
  finish(id: number): number {
    const { state, nextRetryAt } = this.step(id);
    const before = Math.max(0, ...this.parents(id).map((parent) => this.finish(parent)));
    if (this.isDone(id) || state === "cancelled") return before;
    const wait = this.isFailed(id) && !this.isOver(id) ? Math.max(0, (nextRetryAt ?? 0) - NOW) / 1_000 : 0;
    return before + wait + 30;
  }
}

describe("on random tasks, the analysis is what its definition says", () => {
  test("of critical paths", () => {
    fc.assert(
      fc.property(randomTask, (task) => {
        const oracle = new Oracle(task);
        const { critical_paths: report } = analyzeSnapshot(task);
        const all = oracle.allPaths();
        const best = all
          .map((path) => oracle.criticality(path))
          .sort((a, b) => b - a)
          .slice(0, 5);
        expect(report.total_paths).toBe(all.length);
        expect(report.longest_path_length).toBe(Math.max(0, ...all.map((path) => path.length)));
        expect(report.paths).toHaveLength(best.length);
        for (const [place, { path, criticality_score }] of report.paths.entries()) {
          expect(criticality_score).toBeCloseTo(best[place] ?? Number.NaN, 6);
          expect(criticality_score).toBeCloseTo(oracle.criticality([...path]), 6);
        }
      }),
    );
  });

  test("of bottlenecks and what failures hold up", () => {
    fc.assert(
      fc.property(randomTask, (task) => {
        const oracle = new Oracle(task);
        const { bottlenecks: report, error_chains: errors } = analyzeSnapshot(task);
        const scores = oracle.bottlenecks();
        expect(report.total_bottlenecks).toBe(scores.length);
        expect(report.critical_bottlenecks).toBe(scores.filter((score) => score >= 100).length);
        expect(report.bottlenecks.map(({ impact_score }) => impact_score)).toEqual(scores.slice(0, 10));
        for (const { step_id, downstream_steps_count, blocked_downstream_count } of report.bottlenecks) {
          const after = [...oracle.downstream(step_id)];
          expect(downstream_steps_count).toBe(after.length);
          expect(blocked_downstream_count).toBe(after.filter(oracle.isBlocked).length);
        }
        const failed = oracle.ids.filter(oracle.isFailed);
        expect(errors.error_chains.map(({ total_impact }) => total_impact)).toEqual(
          failed
            .map((id) => oracle.chainImpact(id))
            .sort((a, b) => b - a)
            .slice(0, 10),
        );
        const behind = new Set(failed.flatMap((id) => [...oracle.downstream(id)]));
        expect(errors.total_blocked_by_errors).toBe([...behind].filter(oracle.isBlocked).length);
        for (const { error_step_id, downstream_steps } of errors.error_chains) {
          expect(new Set(downstream_steps)).toEqual(oracle.downstream(error_step_id));
        }
      }),
    );
  });

  test("of levels and the time that is left", () => {
    fc.assert(
      fc.property(randomTask, (task) => {
        const oracle = new Oracle(task);
        const { estimate, parallelism_opportunities: report } = analyzeSnapshot(task);
        expect(estimate.p50_seconds).toBeCloseTo(Math.max(0, ...oracle.ids.map((id) => oracle.finish(id))), 3);
        expect(report.blocked_parallel_opportunities).toBe(oracle.ids.filter(oracle.isBlocked).length);
        const ready = oracle.ids.filter((id) => {
          const { nextRetryAt } = oracle.step(id);
          const waits = oracle.isFailed(id) && nextRetryAt !== null && nextRetryAt > NOW;
          return oracle.isOpen(id) && !oracle.isBlocked(id) && !oracle.isOver(id) && !waits;
        });
        expect(report.current_parallel_opportunities).toBe(ready.length);
        expect(report.levels.reduce((sum, level) => sum + level.total_steps, 0)).toBe(task.steps.length);
      }),
    );
  });
});
