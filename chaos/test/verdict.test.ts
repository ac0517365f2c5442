import { describe, expect, test } from "vitest";
import { makeCatalogue } from "../plan/catalogue.ts";
import { planTask, type TaskPlan } from "../plan/plan-task.ts";
import type { LedgerLine } from "../process/ledger.ts";
import { collectExecutions, countRepetitions } from "../verdict/executions.ts";
import { type Evidence, judge } from "../verdict/judge.ts";
import { judgeTakeovers, takeoverFigures } from "../verdict/takeover-figures.ts";

const IDS = [11, 12, 13];
const template = makeCatalogue(1).filter(({ name }) => name === "short_chain");
const task: TaskPlan = { ...planTask(1, 1, template), isOperated: false };

const steps = IDS.map((stepId, place) => ({
  taskId: 1,
  stepId,
  name: `s${place}`,
  state: "complete",
  attempts: 1 + (task.template.steps[place]?.conduct.failures ?? 0),
  completedBy: `1.${stepId}`,
  stored: `1.${stepId}`,
}));

const line = (what: LedgerLine["what"], executionId: string, stepId: number, at: number): LedgerLine => ({
  what,
  executionId,
  stepId,
  taskId: 1,
  at,
});
const lines = IDS.flatMap((stepId) => [
  line("begun", `1.${stepId}`, stepId, stepId),
  line("done", `1.${stepId}`, stepId, stepId),
]);

/** What a run leaves in which everything went well. */
const good: Evidence = {
  submissions: [{ task, taskId: 1 }],
  unacknowledged: 0,
  facts: {
    tasks: [{ taskId: 1, state: "complete", number: 1 }],
    steps,
    starts: IDS.map((stepId) => ({ executionId: `1.${stepId}`, stepId, isAfterEnd: false })),
    transitions: 8,
    interruptions: 0,
  },
  executions: collectExecutions(lines),
};

const broken = (facts: Partial<Evidence["facts"]>, rest: Partial<Evidence> = {}) =>
  judge({ ...good, facts: { ...good.facts, ...facts }, ...rest }).map(({ promise }) => promise);

describe("the verdict", () => {
  test("has nothing against a run in which everything went well", () => {
    expect(judge(good)).toEqual([]);
  });

  test("names a task that is gone, one that has not ended, one that is there twice, a submit without an answer", () => {
    expect(broken({ tasks: [] })).toEqual(["a task whose submit was acknowledged is there"]);
    const open = { tasks: [{ taskId: 1, state: "in_progress", number: 1 }] };
    expect(broken(open)).toEqual(["every task comes to its end"]);
    const twice = [1, 2].map((taskId) => ({ taskId, state: "complete", number: 1 }));
    expect(broken({ tasks: twice })).toEqual(["one key, one task"]);
    expect(broken({}, { unacknowledged: 2 })).toEqual(["every submit is acknowledged in the end"]);
  });

  test("names an end, a state and a number of attempts that were not foreseen, unless an operator was there", () => {
    const used = steps.map((step) => (step.stepId === 11 ? { ...step, attempts: step.attempts + 1 } : step));
    expect(broken({ steps: used })).toEqual(["an interruption uses up no attempt"]);
    const skipped = steps.map((step) => (step.stepId === 11 ? { ...step, state: "resolved_manually" } : step));
    expect(broken({ steps: skipped })).toEqual(["a step ends as foreseen"]);
    const failed = { tasks: [{ taskId: 1, state: "error", number: 1 }] };
    expect(broken(failed)).toEqual(["a task ends as foreseen"]);
    expect(broken(failed, { submissions: [{ task: { ...task, isOperated: true }, taskId: 1 }] })).toEqual([]);
  });

  test("names an execution without a start, one that was called twice, one after the end of its step", () => {
    expect(broken({ starts: good.facts.starts.slice(1) })).toEqual([
      "a handler is called after its start was committed",
    ]);
    const again = collectExecutions([...lines, line("begun", "1.11", 11, 99), line("done", "1.11", 11, 99)]);
    expect(broken({}, { executions: again })).toEqual(["a handler is called once for an execution"]);
    const starts = good.facts.starts.map((start) => ({ ...start, isAfterEnd: start.stepId === 12 }));
    expect(broken({ starts })).toEqual(["no execution starts after its step was completed"]);
  });

  test("names a completed step whose execution did not do its work, or that holds the results of another one", () => {
    const cut = collectExecutions(lines.slice(0, -1));
    expect(broken({}, { executions: cut })).toEqual(["what completed a step is an execution that did its work"]);
    const mixed = steps.map((step) => (step.stepId === 12 ? { ...step, stored: "1.99" } : step));
    expect(broken({ steps: mixed })).toEqual(["what is stored is of the execution that completed the step"]);
  });
});

describe("figures", () => {
  test("count the work that was done again, and calls that came when it had been done", () => {
    const executions = collectExecutions([
      line("begun", "1.1", 11, 10),
      line("done", "1.1", 11, 30),
      line("begun", "2.1", 11, 20),
      line("done", "2.1", 11, 40),
      line("begun", "3.1", 11, 50),
    ]);
    expect(countRepetitions(executions, new Map([[11, "2.1"]]))).toEqual({ executions: 3, repeated: 1, late: 1 });
  });

  test("of takeovers fail a run in which they are too slow or never come", () => {
    const taken = (ms: number | null) => ({ taskId: 1, fault: "kill at 1.0 s", ms });
    const figures = takeoverFigures([taken(3_000), taken(9_000), taken(1_000)]);
    expect(figures).toMatchObject({ tasks: 3, p50: 3_000, p99: 9_000, max: 9_000 });
    expect(judgeTakeovers(figures, 9_000)).toEqual([]);
    expect(judgeTakeovers(figures, 8_999)).toHaveLength(1);
    expect(judgeTakeovers(takeoverFigures([taken(1), taken(null)]), 15_000)).toHaveLength(1);
    expect(judgeTakeovers(takeoverFigures([]), 15_000)).toEqual([]);
  });
});
