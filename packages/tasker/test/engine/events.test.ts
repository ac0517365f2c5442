import { expect, test } from "vitest";
import { PermanentError } from "../../src/errors/index.ts";
import type { TaskerEvent } from "../../src/events/event.ts";
import { ManualClock } from "../../src/testing/run/manual-clock.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, readState, startEngine, until, useDatabase } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const isChange = ({ payload }: TaskerEvent) => typeof payload.from_state === "string";

describeOnPostgres("the events of an engine", () => {
  test("tell the story of a task in order, from its start to its end", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, step) => {
        if (step.name === "b" && step.attempt === 1) throw new Error("once");
        return step.name;
      },
    });
    const { engine, events, clock, seen } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await seen(({ name }) => name === "step.failed");
    clock.advance(1_000);
    await engine.settled(taskId);
    expect(events.map(({ name, stepName, payload }) => [name, stepName, payload.from_state, payload.to_state])).toEqual(
      [
        ["task.initialize_requested", null, null, "pending"],
        ["task.start_requested", null, "pending", "in_progress"],
        ["step.execution_requested", "a", "pending", "in_progress"],
        ["step.completed", "a", "in_progress", "complete"],
        ["step.execution_requested", "b", "pending", "in_progress"],
        ["step.failed", "b", "in_progress", "error"],
        ["observability.step.backoff", "b", undefined, undefined],
        ["step.retry_requested", "b", "error", "pending"],
        ["step.execution_requested", "b", "pending", "in_progress"],
        ["step.completed", "b", "in_progress", "complete"],
        ["task.completed", null, "in_progress", "complete"],
      ],
    );
    expect(events[5]).toMatchObject({
      taskId,
      at: clock.now() - 1_000,
      payload: { attempt_number: 1, error_message: "once", backoff_seconds: 1 },
    });
    await expectCleanAuditTrail(database);
  });

  test("tell of a task's failure last", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a, b", {
      run: (_task, _sequence, step) => {
        throw new PermanentError(step.name);
      },
    });
    const { engine, events } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    expect(events.map(({ name }) => name)).toEqual([
      "task.initialize_requested",
      "task.start_requested",
      "step.execution_requested",
      "step.execution_requested",
      "step.failed",
      "step.failed",
      "task.failed",
    ]);
  });

  test("come after the commit: whoever asks the database then sees what they tell", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine } = await startEngine(database, [graphTemplate("a -> b, a -> c, b -> d, c -> d")]);
    const questions: Promise<unknown>[] = [];
    engine.on(isChange, ({ taskId, stepId, payload }) => {
      const [table, column, id] =
        stepId === null
          ? ["tasker_task_transitions", "task_id", taskId]
          : ["tasker_workflow_step_transitions", "workflow_step_id", stepId];
      questions.push(
        database
          .query(`select from ${table} where ${column} = $1 and from_state = $2 and to_state = $3`, [
            id,
            payload.from_state,
            payload.to_state,
          ])
          .then((rows) => rows.length),
      );
    });
    const tasks = await engine.submitMany(Array.from({ length: 10 }, () => ({ name: "graph", context: {} })));
    for (const { taskId } of tasks) await engine.settled(taskId);
    expect(await Promise.all(questions)).toEqual(Array.from({ length: 100 }, () => 1));
  });

  test("hold neither contexts nor results, the class of an error, and durations that are true", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, { name, attempt }) => {
        clock.advance(250);
        if (name === "b" && attempt === 1) throw new TypeError("not a number");
        return { token: "hidden result" };
      },
    });
    const { engine, events } = await startEngine(database, [template], { clock });
    const { taskId } = await engine.submit({ name: "graph", context: { token: "hidden context" } });
    await until(async () => {
      clock.advance(1_000);
      return (await readState(database, taskId)) === "complete";
    }, "the end of the task");
    expect(JSON.stringify(events)).not.toContain("hidden");
    const of = (name: string) => events.filter((event) => event.name === name).map(({ payload }) => payload);
    expect(of("step.completed").map(({ execution_duration }) => execution_duration)).toEqual([
      expect.closeTo(0.25, 3),
      expect.closeTo(0.25, 3),
    ]);
    expect(of("step.failed")).toMatchObject([
      { error_class: "TypeError", execution_duration: expect.closeTo(0.25, 3) },
    ]);
  });

  test("reach every listener, whatever another one throws", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine, events, lines } = await startEngine(database, [graphTemplate("a")]);
    engine.on(isChange, () => {
      throw new Error("deaf");
    });
    const after: string[] = [];
    const end = engine.on(["task.*", "step.*"], ({ name }) => after.push(name));
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(after.filter((name) => name !== "step.before_handle")).toEqual(events.map(({ name }) => name));
    expect(lines.filter(({ message }) => message === "a listener threw")).toHaveLength(4);
    end();
    const next = await engine.submit({ name: "graph", context: {} });
    await engine.settled(next.taskId);
    expect(after).toHaveLength(6);
    await expectCleanAuditTrail(database);
  });
});
