import { expect, test } from "vitest";
import { PermanentError, UnencodableValueError, ValueTooLargeError } from "../../src/errors/index.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  readStep,
  readTransitions,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const cyclic: Record<string, unknown> = { name: "loop" };
cyclic.self = cyclic;

const unstorable: ReadonlyMap<string, () => unknown> = new Map<string, () => unknown>([
  ["zero", () => ({ text: "a\u0000b" })],
  ["zero_key", () => ({ "a\u0000": 1 })],
  ["surrogate", () => ["\ud800"]],
  ["cycle", () => cyclic],
  ["bigint", () => ({ n: 1n })],
  ["nan", () => Number.NaN],
  ["function", () => () => 1],
  [
    "throwing",
    () => ({
      get boom() {
        throw new Error("boom");
      },
    }),
  ],
]);

describeOnPostgres("a value that cannot be stored", () => {
  test("fails the step whose result it is, for good, and no other of the same batch", async () => {
    const database = await useDatabase(openTestDatabase);
    const names = [...unstorable.keys()];
    const template = graphTemplate([...names, "large", "fine"].join(", "), {
      run: {
        handle: async (_task, _sequence, step) => {
          if (step.name === "large") step.results = "x".repeat(2_000);
          else step.results = unstorable.has(step.name) ? unstorable.get(step.name)?.() : { fine: true };
        },
      },
    });
    const { engine } = await startEngine(database, [template], { maxValueBytes: 2_000 });
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "error" });
    for (const name of names) {
      expect(await readStep(database, taskId, name)).toMatchObject({
        state: "error",
        attempts: 1,
        retryable: false,
        results: { error_code: "TASKER_UNENCODABLE_VALUE", error_class: "UnencodableValueError" },
      });
    }
    expect(await readStep(database, taskId, "large")).toMatchObject({
      attempts: 1,
      results: { error_code: "TASKER_VALUE_TOO_LARGE" },
    });
    expect(await readStep(database, taskId, "fine")).toMatchObject({ state: "complete", results: { fine: true } });
    await expectCleanAuditTrail(database);
  });

  test("is refused in a context before anything is written", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [graphTemplate("a")], { maxValueBytes: 100 });
    const submit = (value: unknown) =>
      engine.submitMany([
        { name: "graph", context: {} },
        { name: "graph", context: { value } },
      ]);
    for (const [name, make] of unstorable) await expect(submit(make()), name).rejects.toThrow(UnencodableValueError);
    await expect(submit("x".repeat(100))).rejects.toThrow(ValueTooLargeError);
    expect(await database.query("select from tasker_tasks")).toEqual([]);
  });

  test("in rows of the engine itself holds up its task alone, is reported, and is tried again from time to time", async () => {
    const database = await useDatabase(openTestDatabase);
    await database.execute(`
      alter table tasker_workflow_step_transitions add constraint no_failure check (to_state <> 'error')`);
    const template = graphTemplate("a", {
      run: (task) => {
        if (task.context.fails) throw new PermanentError("no");
      },
    });
    const { engine, lines, clock } = await startEngine(database, [template]);
    const [bad, good] = await engine.submitMany([
      { name: "graph", context: { fails: true } },
      { name: "graph", context: {} },
    ]);
    expect(await engine.settled(good?.taskId ?? 0)).toMatchObject({ state: "complete" });
    const reports = () => lines.filter(({ message }) => message === "the database refused a task, trying again").length;
    await until(() => reports() === 1, "the first report");
    clock.advance(2_000);
    await until(() => reports() === 2, "the second report");
    await database.execute("alter table tasker_workflow_step_transitions drop constraint no_failure");
    clock.advance(2_000);
    expect(await engine.settled(bad?.taskId ?? 0)).toMatchObject({ state: "error" });
    expect(await readStep(database, bad?.taskId ?? 0, "a")).toMatchObject({ attempts: 1, results: { error: "no" } });
    await expectCleanAuditTrail(database);
  });

  test("by the database alone is found among the others and fails its step for good", async () => {
    const database = await useDatabase(openTestDatabase);
    await database.execute(
      "alter table tasker_workflow_steps add constraint no_poison check (results ->> 'poison' is null)",
    );
    const template = graphTemplate("a, b, c -> d", {
      run: (task, _sequence, step) => (step.name === task.context.poisoned ? { poison: 1 } : { fine: step.name }),
    });
    const { engine, lines } = await startEngine(database, [template]);
    const tasks = await engine.submitMany(
      Array.from({ length: 12 }, (_, place) => ({
        name: "graph",
        context: { poisoned: place === 5 ? "b" : place === 9 ? "d" : "nobody" },
      })),
    );
    const states: string[] = [];
    for (const { taskId } of tasks) states.push((await engine.settled(taskId)).state);
    expect(states).toEqual(tasks.map((_, place) => (place === 5 || place === 9 ? "error" : "complete")));
    const poisoned = tasks[5]?.taskId ?? 0;
    expect(await readStep(database, poisoned, "b")).toMatchObject({
      state: "error",
      attempts: 1,
      retryable: false,
      results: { error_class: "UnencodableValueError", error_code: "TASKER_UNENCODABLE_VALUE" },
    });
    expect(await readStep(database, poisoned, "a")).toMatchObject({ state: "complete", attempts: 1 });
    expect(await readStep(database, poisoned, "d")).toMatchObject({ state: "complete", attempts: 1 });
    expect(await readTransitions(database, poisoned, "b")).toHaveLength(2);
    expect(lines.filter(({ message }) => message === "the database refused a result")).toHaveLength(2);
    await expectCleanAuditTrail(database);
  });
});
