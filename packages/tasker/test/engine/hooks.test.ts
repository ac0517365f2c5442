import { expect, test } from "vitest";
import {
  CyclicGraphError,
  InvalidRequestError,
  UnencodableValueError,
  UnknownDependencyError,
} from "../../src/errors/index.ts";
import { type Annotation, type StepDraft, type TaskDraft, TaskHandler } from "../../src/handlers/task-handler.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  readHistory,
  readStep,
  startEngine,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

class Drafting extends TaskHandler {
  readonly #change: (step: StepDraft, task: TaskDraft) => void;

  constructor(change: (step: StepDraft, task: TaskDraft) => void) {
    super();
    this.#change = change;
  }

  override establishStepDependenciesAndDefaults(task: TaskDraft, steps: readonly StepDraft[]): void {
    for (const step of steps) this.#change(step, task);
  }
}

class Annotating extends TaskHandler {
  readonly #annotations: () => readonly Annotation[] | Promise<readonly Annotation[]>;

  constructor(annotations: () => readonly Annotation[] | Promise<readonly Annotation[]>) {
    super();
    this.#annotations = annotations;
  }

  override updateAnnotations(): readonly Annotation[] | Promise<readonly Annotation[]> {
    return this.#annotations();
  }
}

const request = { name: "graph", context: { limit: 5 } };

describeOnPostgres("the hook before a task is written", () => {
  test("changes limits, inputs and dependencies, for this task and for whoever takes it over", async () => {
    const database = await useDatabase(openTestDatabase);
    const inputs: unknown[] = [];
    const order: string[] = [];
    const template = () =>
      graphTemplate("a, b, c", {
        hooks: new Drafting((step, task) => {
          if (step.name === "a") {
            step.retryLimit = task.context.limit as number;
            step.skippable = true;
            step.inputs = { amount: 3 };
          }
          if (step.name === "b") step.dependsOn = ["a", "c", "a"];
        }),
        run: (_task, _sequence, step) => {
          order.push(step.name);
          inputs.push(step.inputs);
          return step.retryLimit;
        },
      });
    const first = makeEngine(database, [template()]);
    const { taskId } = await first.engine.submit(request);
    expect(await readStep(database, taskId, "a")).toMatchObject({
      retry_limit: 5,
      skippable: true,
      inputs: { amount: 3 },
    });
    expect(await database.query("select from tasker_workflow_step_edges")).toHaveLength(2);
    const second = await startEngine(database, [template()]);
    expect(await second.engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(order.at(-1)).toBe("b");
    expect(inputs).toContainEqual({ amount: 3 });
    expect(await readStep(database, taskId, "a")).toMatchObject({ results: 5 });
    const own = await second.engine.submit(request);
    await second.engine.settled(own.taskId);
    expect(order.slice(3).at(-1)).toBe("b");
    await expectCleanAuditTrail(database);
  });

  test.each([
    [
      "a cycle",
      CyclicGraphError,
      (step: StepDraft) => Object.assign(step, { dependsOn: step.name === "a" ? ["b"] : ["a"] }),
    ],
    [
      "a step that does not exist",
      UnknownDependencyError,
      (step: StepDraft) => Object.assign(step, { dependsOn: ["nobody"] }),
    ],
    ["a limit of 0", InvalidRequestError, (step: StepDraft) => Object.assign(step, { retryLimit: 0 })],
    ["a deadline of 0", InvalidRequestError, (step: StepDraft) => Object.assign(step, { timeoutSeconds: 0 })],
    ["inputs that are no JSON", UnencodableValueError, (step: StepDraft) => Object.assign(step, { inputs: "\ud800" })],
    [
      "an error of its own",
      RangeError,
      () => {
        throw new RangeError("never");
      },
    ],
  ])("is refused with %s, and nothing is written", async (_what, expected, change) => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = makeEngine(database, [graphTemplate("a -> b", { hooks: new Drafting(change) })]);
    await expect(engine.submit(request)).rejects.toThrow(expected);
    expect(await database.query("select from tasker_tasks")).toEqual([]);
  });
});

describeOnPostgres("the hook before a task completes", () => {
  const annotate = async (annotations: () => readonly Annotation[] | Promise<readonly Annotation[]>, tasks = 1) => {
    const database = await useDatabase(openTestDatabase);
    const under = await startEngine(database, [graphTemplate("a", { hooks: new Annotating(annotations) })]);
    const submitted = await under.engine.submitMany(Array.from({ length: tasks }, () => request));
    for (const { taskId } of submitted) {
      expect(await under.engine.settled(taskId)).toMatchObject({ state: "complete" });
      expect(await readHistory(database, taskId)).toHaveLength(4);
    }
    await expectCleanAuditTrail(database);
    const stored = await database.query(
      `select y.name as type, a.annotation as value from tasker_task_annotations a
       join tasker_annotation_types y using (annotation_type_id) order by a.task_annotation_id`,
    );
    return { ...under, stored };
  };

  test("gives annotations that are stored with the completion, types once", async () => {
    const { stored, database } = await annotate(
      async () => [
        { type: "score", value: { high: 3 } },
        { type: "note", value: "good" },
        { type: "note", value: null },
      ],
      3,
    );
    expect(stored.slice(0, 3)).toEqual([
      { type: "score", value: { high: 3 } },
      { type: "note", value: "good" },
      { type: "note", value: null },
    ]);
    expect(stored).toHaveLength(9);
    expect(await database.query("select from tasker_annotation_types")).toHaveLength(2);
  });

  test.each([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["gives a type that is too long", () => [{ type: "t".repeat(65), value: 1 }]],
    ["gives a type that cannot be stored", () => [{ type: "a\u0000", value: 1 }]],
    ["gives a value that cannot be stored", () => [{ type: "t", value: "\u0000" }]],
  ])("that %s is logged; the task completes without annotations", async (_what, annotations) => {
    const { stored, lines } = await annotate(annotations);
    expect(stored).toEqual([]);
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ["error", "updateAnnotations failed: the task completes without annotations"],
    ]);
  });

  test("gives a value that the database refuses: the task completes without, and others are not held up", async () => {
    const database = await useDatabase(openTestDatabase);
    await database.execute("alter table tasker_task_annotations add constraint no_poison check (annotation <> '13')");
    let task = 0;
    const hooks = new Annotating(() => [{ type: "n", value: task++ === 1 ? 13 : 1 }]);
    const { engine, lines } = await startEngine(database, [graphTemplate("a", { hooks })]);
    const submitted = await engine.submitMany([request, request, request]);
    for (const { taskId } of submitted) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(await database.query("select from tasker_task_annotations")).toHaveLength(2);
    expect(lines.map(({ message }) => message)).toEqual(["the database refused annotations: left out"]);
    await expectCleanAuditTrail(database);
  });
});
