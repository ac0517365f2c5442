import { beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { drain } from "../../src/testing/run/drain.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { readTask } from "../../src/testing/run/read-task.ts";
import {
  diamondWorkflow,
  dummyTask,
  linearWorkflow,
  mixedWorkflow,
} from "../../src/testing/shapes/reference-shapes.ts";
import { independentSteps } from "../../src/testing/shapes/row-driven-shapes.ts";
import { bindShape } from "../../src/testing/shapes/shape.ts";
import { diamond, linear } from "../../src/testing/shapes/sized-shapes.ts";
import type { StepState, StepTrait } from "../../src/testing/states/step-seed.ts";
import { tasksInState } from "../../src/testing/states/tasks-in-state.ts";
import { expectCleanAuditTrail, findAuditViolations } from "../support/audit-trail.ts";
import {
  graphTemplate,
  readState,
  readStep,
  readTransitions,
  startEngine,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const single = graphTemplate("only");

/** State, flags and moves that each trait gives a step, and the state of a task that has only this step. */
const TRAITS: readonly {
  readonly trait: StepTrait;
  readonly step: Readonly<Record<string, unknown>>;
  readonly moves: readonly string[];
  readonly task: string;
}[] = [
  {
    trait: "pending",
    step: { processed: false, in_process: false, attempts: 0, results: {} },
    moves: [],
    task: "pending",
  },
  { trait: "in_progress", step: { in_process: true, attempts: 1 }, moves: ["in_progress"], task: "in_progress" },
  {
    trait: "complete",
    step: { processed: true, in_process: false, attempts: 1, results: { success: true } },
    moves: ["in_progress", "complete"],
    task: "complete",
  },
  {
    trait: "error",
    step: { processed: false, attempts: 1, backoff_request_seconds: 1 },
    moves: ["in_progress", "error"],
    task: "in_progress",
  },
  { trait: "cancelled", step: { attempts: 0 }, moves: ["cancelled"], task: "error" },
  {
    trait: "resolved_manually",
    step: { attempts: 1, processed: true },
    moves: ["in_progress", "error", "resolved_manually"],
    task: "complete",
  },
  { trait: "non_retryable", step: { retryable: false, retry_limit: 0 }, moves: [], task: "error" },
  { trait: "high_retry_limit", step: { retry_limit: 10 }, moves: [], task: "pending" },
  {
    trait: "with_backoff",
    step: { backoff_request_seconds: 30 },
    moves: ["in_progress", "error"],
    task: "in_progress",
  },
  {
    trait: "backoff_pending",
    step: { backoff_request_seconds: 30 },
    moves: ["in_progress", "error"],
    task: "in_progress",
  },
  {
    trait: "retry_success",
    step: { processed: true, attempts: 2 },
    moves: ["in_progress", "error", "pending", "in_progress", "complete"],
    task: "complete",
  },
  {
    trait: "retry_exhausted",
    step: { attempts: 3, retryable: true, backoff_request_seconds: null },
    moves: ["in_progress", "error", "pending", "in_progress", "error", "pending", "in_progress", "error"],
    task: "error",
  },
  {
    trait: "permanent_failure",
    step: { attempts: 1, retryable: false },
    moves: ["in_progress", "error"],
    task: "error",
  },
];

describeOnPostgres("tasks in a state", () => {
  let database: Database;
  beforeEach(async () => {
    database = await useDatabase(openTestDatabase);
  });

  test("have, for each trait of a step, its flags and moves, and the task's state that follows", async () => {
    const written = await tasksInState(
      database,
      TRAITS.map(({ trait }) => ({ template: single, steps: { only: trait } })),
    );
    for (const [place, { trait, step, moves, task }] of TRAITS.entries()) {
      const { taskId = 0, state } = written[place] ?? {};
      expect(state, trait).toBe(task);
      expect(await readState(database, taskId), trait).toBe(task);
      expect(await readStep(database, taskId, "only"), trait).toMatchObject({
        ...step,
        state: moves.at(-1) ?? "pending",
      });
      const rows = await readTransitions(database, taskId, "only");
      expect(
        rows.map(({ to_state }) => to_state),
        trait,
      ).toEqual(moves);
      expect(
        rows.map(({ from_state }) => from_state),
        trait,
      ).toEqual(["pending", ...moves].slice(0, moves.length));
      expect(
        rows.map(({ sort_key }) => sort_key),
        trait,
      ).toEqual(moves.map((_, index) => (index + 1) * 10));
    }
    await expectCleanAuditTrail(database);
  });

  test("fill in the steps that are not named: those before a step that has started are complete", async () => {
    const [task] = await tasksInState(database, [
      { template: bindShape(diamondWorkflow()).template, steps: { branch_one_validate: "in_progress" } },
    ]);
    const { steps, state } = await readTask(database, task?.taskId ?? 0);
    expect(state).toBe("in_progress");
    expect(Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, step.state]))).toEqual({
      start_workflow: "complete",
      branch_one_process: "complete",
      branch_two_process: "pending",
      branch_one_validate: "in_progress",
      branch_two_validate: "pending",
      merge_branches: "pending",
      end_workflow: "pending",
    });
    await expectCleanAuditTrail(database);
  });

  test.each([
    "complete",
    "error",
    "in_progress",
    "cancelled",
    "resolved_manually",
    "pending",
  ] as const)("are %s when that is asked for", async (state) => {
    const { template } = bindShape(mixedWorkflow());
    const steps: Record<string, StepState> =
      state === "resolved_manually" ? { init_auth: "permanent_failure", init_config: "permanent_failure" } : {};
    const [task] = await tasksInState(database, [{ template, state, steps }]);
    expect(await readState(database, task?.taskId ?? 0)).toBe(state);
    await expectCleanAuditTrail(database);
  });

  test("are finished by an engine that takes them over in the middle", async () => {
    const shapes = [bindShape(linear(6)), bindShape(diamond()), bindShape(independentSteps(4))];
    const [chain, fork, flat] = shapes.map(({ template }) => template);
    if (chain === undefined || fork === undefined || flat === undefined) throw new Error("three shapes");
    const clock = new ManualClock();
    const middle: readonly { template: typeof chain; steps: Record<string, StepState> }[] = [
      { template: chain, steps: { step_3: "in_progress" } },
      { template: chain, steps: { step_4: "error" } },
      { template: chain, steps: { step_2: "backoff_pending" } },
      { template: chain, steps: { step_5: { trait: "with_backoff", retryLimit: 5 } } },
      { template: fork, steps: { left: "complete", right: "in_progress" } },
      { template: fork, steps: { left: "resolved_manually" } },
      { template: flat, steps: { step_1: "retry_success", step_2: "error", step_3: "in_progress" } },
      { template: flat, steps: {} },
    ];
    const written = await tasksInState(database, middle, { clock });
    await expectCleanAuditTrail(database);
    const test = await startEngine(database, [chain, fork, flat], { clock });
    await drain(test);
    for (const { taskId } of written) expect(await readState(database, taskId)).toBe("complete");
    const lost = await readTask(database, written[0]?.taskId ?? 0);
    expect(lost.steps.step_3).toMatchObject({ state: "complete", attempts: 1 });
    expect(lost.history).toContain("step_3 in_progress > error");
    const failed = await readTask(database, written[1]?.taskId ?? 0);
    expect(failed.steps.step_4).toMatchObject({ state: "complete", attempts: 2 });
    await expectCleanAuditTrail(database);
  });

  test("do not start a step before its parents, unless they are told to", async () => {
    const { template } = bindShape(linearWorkflow());
    const steps = { initialize_data: "error", validate_input: "complete" } as const;
    await expect(tasksInState(database, [{ template, steps }])).rejects.toThrow(
      "step validate_input of linear_workflow_task has started although its parent initialize_data is error",
    );
    const [task] = await tasksInState(database, [{ template, steps, consistent: false }]);
    expect(await readStep(database, task?.taskId ?? 0, "validate_input")).toMatchObject({ state: "complete" });
    expect(await findAuditViolations(database)).toEqual([
      expect.stringMatching(/^satisfied parents: .* although parent \d+ is error$/),
    ]);
  });

  test("refuse histories that the rules do not allow, unknown steps and wrong contexts", async () => {
    const write = (steps: Record<string, StepState>, state?: "complete") =>
      tasksInState(database, [{ template: single, steps, ...(state === undefined ? {} : { state }) }]);
    await expect(write({ only: { attempts: ["success", "success"] } })).rejects.toThrow("an attempt after complete");
    await expect(write({ only: { attempts: ["permanent", "running"] } })).rejects.toThrow("an attempt after error");
    await expect(write({ only: { attempts: ["success"], endedAs: "cancelled" } })).rejects.toThrow(
      "cancelled after complete",
    );
    await expect(write({ other: "complete" })).rejects.toThrow("has no step other");
    await expect(write({ only: "error" }, "complete")).rejects.toThrow("it cannot be brought into complete");
    await expect(tasksInState(database, [{ template: bindShape(dummyTask()).template }])).rejects.toThrow("dummy");
  });

  describe("in the reference's manner", () => {
    test("have no from_state, counted attempts, inputs, and nothing that an engine would claim", async () => {
      const steps = { only: "retry_success" } as const;
      const [task] = await tasksInState(database, [{ template: single, steps, context: { id: 7 } }], {
        style: "reference",
      });
      const taskId = task?.taskId ?? 0;
      const rows = await readTransitions(database, taskId, "only");
      expect(rows.map((row) => [row.from_state, row.to_state, row.sort_key, row.metadata, row.most_recent])).toEqual([
        [null, "in_progress", 10, {}, false],
        [null, "error", 20, {}, false],
        [null, "pending", 30, {}, false],
        [null, "in_progress", 40, {}, false],
        [null, "complete", 50, {}, true],
      ]);
      expect(await readStep(database, taskId, "only")).toMatchObject({
        attempts: 2,
        inputs: { id: 7 },
        in_process: false,
      });
      const tasks = await database.query("select metadata from tasker_task_transitions where sort_key = 10");
      expect(tasks).toEqual([{ metadata: { initialization_completed: true, step_dependencies_established: 1 } }]);
      expect(await database.query("select * from tasker_task_runs")).toEqual([]);
      await expectCleanAuditTrail(database);
    });

    test("as its factories insert them, begin with a row pending and are numbered 0, 1, 2", async () => {
      const written = await tasksInState(
        database,
        [
          { template: single, steps: { only: "resolved_manually" } },
          { template: single, steps: { only: "in_progress" } },
        ],
        { style: "factory" },
      );
      const [resolved = 0, running = 0] = written.map(({ taskId }) => taskId);
      const rows = await readTransitions(database, resolved, "only");
      expect(rows.map((row) => [row.sort_key, row.to_state, row.most_recent])).toEqual([
        [0, "pending", false],
        [1, "in_progress", false],
        [2, "error", false],
        [3, "resolved_manually", true],
      ]);
      expect(await readStep(database, resolved, "only")).toMatchObject({ processed: true });
      expect(await readStep(database, running, "only")).toMatchObject({ in_process: true, attempts: 1 });
    });
  });
});
