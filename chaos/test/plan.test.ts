import { bindTemplate, parseTemplateObject } from "tasker";
import { describe, expect, test } from "vitest";
import { makeCatalogue, templatesOf } from "../plan/catalogue.ts";
import { working } from "../plan/conduct.ts";
import type { Fault } from "../plan/fault.ts";
import { foresee } from "../plan/foresee.ts";
import { planFaults } from "../plan/plan-faults.ts";
import { planTask } from "../plan/plan-task.ts";
import type { StepPlan } from "../plan/step-plan.ts";
import { fullSettings, shortSettings } from "../settings.ts";

const SEEDS = Array.from({ length: 30 }, (_, seed) => seed);
const handlers = { Work: () => ({}), Undo: () => ({}) };
const KINDS = ["block", "clock", "cut", "deploy", "kill", "lock", "restart", "stall", "stop", "terminate"];

/** Which process a fault keeps from working, and when. */
function absence(fault: Fault): { readonly slot: number; readonly from: number; readonly to: number } | null {
  if (fault.kind !== "kill" && fault.kind !== "stop" && fault.kind !== "stall" && fault.kind !== "block") return null;
  return { slot: fault.slot, from: fault.atMs, to: fault.atMs + fault.forMs };
}

describe("the plan of a run", () => {
  test("is the same for the same seed, and another one for another", () => {
    const planOf = (seed: number) => {
      const templates = templatesOf(makeCatalogue(seed), 2);
      const tasks = [1, 2, 3, 400].map((number) => planTask(seed, number, templates));
      return { templates, tasks, faults: planFaults(shortSettings({ seed, processes: 3 })) };
    };
    expect(planOf(7)).toEqual(planOf(7));
    expect(planOf(7)).not.toEqual(planOf(8));
  });

  test("has only templates that the engine takes, each once in a release", () => {
    for (const seed of SEEDS) {
      for (const release of [1, 2] as const) {
        const templates = templatesOf(makeCatalogue(seed), release);
        for (const { document } of templates) bindTemplate(parseTemplateObject(document), handlers);
        const keys = templates.map(({ name, version }) => `${name} ${version}`);
        expect(new Set(keys).size).toBe(keys.length);
      }
    }
  });

  test("has every kind of fault, in the order of their times, also in a short run", () => {
    for (const seed of SEEDS) {
      const faults = planFaults(shortSettings({ seed, processes: 3 }));
      const times = faults.map(({ atMs }) => atMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect([...new Set(faults.map(({ kind }) => kind))].sort()).toEqual(KINDS);
    }
  });

  test("leaves one process to work at any time", () => {
    for (const seed of SEEDS) {
      for (const processes of [2, 3]) {
        const faults = planFaults(fullSettings({ seed, processes, minutes: 10 }));
        const absences = faults.map(absence).filter((one) => one !== null);
        expect(absences.length).toBeGreaterThan(10);
        for (const { from } of absences) {
          const away = absences.filter((other) => other.from <= from && from < other.to).map(({ slot }) => slot);
          expect(new Set(away).size).toBeLessThan(processes);
        }
      }
    }
  });
});

describe("what is foreseen of a task", () => {
  const step = (name: string, dependsOn: readonly string[], more: Partial<StepPlan> = {}): StepPlan => ({
    name,
    dependsOn,
    conduct: working(1),
    ...more,
  });
  const statesOf = (steps: readonly StepPlan[], bypassed: readonly string[] = []) => {
    const { end, steps: foreseen } = foresee(steps, bypassed);
    return [end, ...[...foreseen].map(([name, { state, attempts }]) => `${name} ${state} ${attempts}`)];
  };

  test("counts attempts that fail before one succeeds, as far as the limit allows", () => {
    const failing = (failures: number) => ({ conduct: working(1, { failures }), retryLimit: 3 });
    expect(statesOf([step("a", [], failing(2)), step("b", ["a"])])).toEqual([
      "complete",
      "a complete 3",
      "b complete 1",
    ]);
    expect(statesOf([step("a", [], failing(3)), step("b", ["a"])])).toEqual(["error", "a error 3", "b pending 0"]);
  });

  test("goes on after a failure that is ignored, and asks conditions for it", () => {
    const steps = [
      step("a", [], { conduct: working(1, { dies: true }), onFailure: "continue" }),
      step("b", ["a"], { runIf: { step: "a", outcome: "failed" } }),
      step("c", ["a"], { runIf: { step: "a", outcome: "complete" } }),
    ];
    expect(statesOf(steps)).toEqual(["complete", "a resolved_manually 1", "b complete 1", "c resolved_manually 0"]);
  });

  test("skips what comes after a step that is skipped with its dependants", () => {
    const steps = [step("a", [], { skippable: true, skipsDependants: true }), step("b", ["a"]), step("c", [])];
    expect(statesOf(steps, ["a"])).toEqual([
      "complete",
      "a resolved_manually 0",
      "b resolved_manually 0",
      "c complete 1",
    ]);
    expect(statesOf(steps)).toEqual(["complete", "a complete 1", "b complete 1", "c complete 1"]);
  });
});
