import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideCancellations } from "../../src/engine/decide-cancellations.ts";
import { decideEnd } from "../../src/engine/decide-end.ts";
import type { StepRun } from "../../src/engine/step-run.ts";
import { buildGraph } from "../../src/graph/step-graph.ts";
import { sampleStep } from "./sample-run.ts";

/** Steps from lines such as `b < a: pending`, with those they depend on. */
function stepsOf(settings: Readonly<Record<string, readonly [readonly string[], Partial<StepRun>]>>) {
  const names = Object.keys(settings);
  const graph = buildGraph(names.map((name) => ({ name, dependsOn: settings[name]?.[0] ?? [] })));
  return { graph, steps: names.map((name, index) => sampleStep({ ...settings[name]?.[1], name, index })) };
}

const causesOf = ({ graph, steps }: ReturnType<typeof stepsOf>) =>
  Object.fromEntries(
    decideCancellations(graph, steps).map(({ step, closing }) => [step.name, closing.facts.cancelled_with]),
  );

describe("the steps that wait for a cancelled one", () => {
  test("are cancelled with it, directly or not, whatever else they wait for", () => {
    const steps = stepsOf({
      a: [[], { state: "cancelled" }],
      b: [["a"], {}],
      c: [["b", "x"], { skippable: true }],
      d: [["c"], {}],
      x: [[], {}],
      y: [["x"], {}],
    });
    expect(causesOf(steps)).toEqual({ b: "a", c: "a", d: "a" });
  });

  test("stay as they are where they are satisfied, run or wait, and so does what follows only those", () => {
    const steps = stepsOf({
      a: [[], { state: "cancelled" }],
      done: [["a"], { state: "resolved_manually" }],
      elsewhere: [["a"], { state: "in_progress", outside: "running" }],
      after: [["done"], {}],
      lost: [["a"], { state: "in_progress", lostExecutionId: "3.1" }],
      failed: [["a"], { state: "error" }],
    });
    expect(causesOf(steps)).toEqual({ lost: "a", failed: "a" });
  });

  test("are exactly those that a path of open steps leads to from a cancelled one", () => {
    const step = fc.record({
      picks: fc.array(fc.nat(), { maxLength: 3 }),
      state: fc.constantFrom(
        "pending" as const,
        "pending" as const,
        "error" as const,
        "complete" as const,
        "cancelled" as const,
      ),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (drawn) => {
        const parentsOf = (place: number) =>
          place === 0 ? [] : [...new Set((drawn[place]?.picks ?? []).map((pick) => `s${pick % place}`))];
        const steps = stepsOf(
          Object.fromEntries(drawn.map(({ state }, place) => [`s${place}`, [parentsOf(place), { state }]])),
        );
        const reached = new Set<string>();
        for (const { name, state, index } of steps.steps) {
          const isReached = parentsOf(index).some((parent) => {
            const { state: parentState } = steps.steps[Number(parent.slice(1))] ?? {};
            return parentState === "cancelled" || reached.has(parent);
          });
          if (isReached && (state === "pending" || state === "error")) reached.add(name);
        }
        expect(Object.keys(causesOf(steps)).sort()).toEqual([...reached].sort());
      }),
    );
  });
});

describe("a task of which nothing can go on", () => {
  const end = (...steps: readonly Partial<StepRun>[]) => decideEnd(steps.map((step) => sampleStep(step)));

  test("is cancelled if nothing but cancelled steps is left", () => {
    expect(end({ state: "complete" }, { state: "cancelled" })).toBe("cancelled");
    expect(end({ state: "cancelled" }, { state: "cancelled", skippable: true })).toBe("cancelled");
  });

  test("is complete if all that are left are skippable", () => {
    expect(end({ state: "complete" }, { state: "cancelled", skippable: true })).toBe("complete");
    expect(end({ state: "resolved_manually" })).toBe("complete");
  });

  test("is in error if any other step is left, so that somebody can act on it", () => {
    expect(end({ state: "cancelled" }, { state: "error" })).toBe("error");
    expect(end({ state: "cancelled", skippable: true }, { state: "pending" })).toBe("error");
  });
});
