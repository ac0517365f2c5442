import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { TaskNotFoundError } from "../../src/errors/index.ts";
import type { StepExecution } from "../../src/handlers/execution.ts";
import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  type Gate,
  graphTemplate,
  makeEngine,
  makeGate,
  readHistory,
  readState,
  readStep,
  startEngine,
  transitionAsRails,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const raiseRevision = (database: Database, taskId: number) =>
  database.query("update tasker_task_runs set revision = revision + 1 where task_id = $1", [taskId]);

/** Submits a task whose step `a` runs until the test opens its gate. */
async function begin(edges: string) {
  const database = await useDatabase(openTestDatabase);
  const gate: Gate<unknown> = makeGate<unknown>();
  const ran: string[] = [];
  const executions: StepExecution[] = [];
  const template = graphTemplate(edges, {
    run: (_task, _sequence, step) => {
      ran.push(step.name);
      executions.push(step);
      return step.name === "a" ? gate.promise : step.name;
    },
  });
  const under = await startEngine(database, [template]);
  const { taskId } = await under.engine.submit({ name: "graph", context: {} });
  await until(() => ran.includes("a"), "step a");
  return { ...under, taskId, gate, ran, executions, step: (name: string) => readStep(database, taskId, name) };
}

describeOnPostgres("what somebody else changed while a step ran", () => {
  test("is seen: a raised revision makes the engine look again and go on", async () => {
    const { engine, database, taskId, gate, ran, events } = await begin("a -> b");
    await raiseRevision(database, taskId);
    gate.open("kept");
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(ran).toEqual(["a", "b"]);
    expect(await readStep(database, taskId, "a")).toMatchObject({ results: "kept", attempts: 1 });
    expect(events.map(({ name, stepName }) => `${stepName ?? "task"} ${name}`)).toEqual([
      "task task.initialize_requested",
      "task task.start_requested",
      "a step.execution_requested",
      "a step.completed",
      "b step.execution_requested",
      "b step.completed",
      "task task.completed",
    ]);
    await expectCleanAuditTrail(database);
  });

  test("is kept: a cancelled step stays cancelled, its handler is aborted, what depends on it does not run", async () => {
    const { engine, database, taskId, gate, ran, executions, step, lines } = await begin("a -> b, c -> d");
    const { signal } = executions.find(({ name }) => name === "a") ?? {};
    await until(() => ran.includes("d"), "the other branch");
    await transitionAsRails(database, { stepId: (await step("a")).workflow_step_id }, "cancelled");
    gate.open("too late");
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "cancelled" });
    expect(signal?.aborted).toBe(true);
    expect(await step("a")).toMatchObject({ state: "cancelled", results: {} });
    expect(await step("b")).toMatchObject({ state: "cancelled" });
    expect(await readHistory(database, taskId)).not.toContain("a in_progress > complete");
    expect(ran.filter((name) => name === "b")).toEqual([]);
    expect(lines.filter(({ level }) => level === "error")).toEqual([]);
    await expectCleanAuditTrail(database);
  });

  test("is kept: a step that was cancelled does not take the outcomes of its siblings with it", async () => {
    const { engine, database, taskId, gate, ran, step, events } = await begin("a, slow");
    // Both outcomes arrive in one batch: the engine hears of neither before the other.
    await until(() => ran.length === 2, "both steps");
    await transitionAsRails(database, { stepId: (await step("a")).workflow_step_id }, "cancelled");
    gate.open("too late");
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "cancelled" });
    expect(await step("slow")).toMatchObject({ state: "complete", attempts: 1 });
    expect(events.filter(({ name }) => name === "step.completed")).toHaveLength(1);
    await expectCleanAuditTrail(database);
  });

  test("is kept: nothing more of a cancelled task starts, and it is let go", async () => {
    const { engine, database, taskId, gate, ran, executions } = await begin("a -> b");
    const signal = executions[0]?.signal;
    await transitionAsRails(database, { taskId }, "cancelled");
    await raiseRevision(database, taskId);
    gate.open("too late");
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "cancelled" });
    await until(() => signal?.aborted === true, "the signal of the handler");
    const owner = () => database.query("select owner_id, wake_at from tasker_task_runs");
    await until(async () => (await owner())[0]?.owner_id === 0, "the release");
    expect(await owner()).toEqual([{ owner_id: 0, wake_at: null }]);
    expect(ran).toEqual(["a"]);
    expect(await readState(database, taskId)).toBe("cancelled");
  });

  test("is kept: a task that was cancelled before its first step started never runs", async () => {
    const database = await useDatabase(openTestDatabase);
    const ran: string[] = [];
    const template = graphTemplate("a", {
      run: (_task, _sequence, step) => {
        ran.push(step.name);
      },
    });
    const outside = makeEngine(database, [template]);
    const { taskId } = await outside.engine.submit({ name: "graph", context: {} });
    await transitionAsRails(database, { taskId }, "cancelled");
    const { engine } = await startEngine(database, [template]);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "cancelled" });
    const runs = () => database.query("select owner_id, wake_at from tasker_task_runs");
    await until(async () => (await runs())[0]?.wake_at === null, "the release");
    expect(await runs()).toEqual([{ owner_id: 0, wake_at: null }]);
    expect(ran).toEqual([]);
    expect(await readHistory(database, taskId)).toEqual(["task null > cancelled"]);
    await expectCleanAuditTrail(database);
  });

  test("is kept: a task that is cancelled without a raised revision stays so", async () => {
    const { engine, database, taskId, gate } = await begin("a");
    await transitionAsRails(database, { taskId }, "cancelled");
    gate.open("late");
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "cancelled" });
    const owner = () => database.query("select owner_id, wake_at from tasker_task_runs");
    await until(async () => (await owner())[0]?.owner_id === 0, "the release");
    expect(await readHistory(database, taskId)).not.toContain("task in_progress > complete");
    expect(await database.query("select complete from tasker_tasks")).toEqual([{ complete: false }]);
    await expectCleanAuditTrail(database);
  });

  test("is used: a step that was resolved manually does not run, what depends on it does", async () => {
    const { engine, database, taskId, gate, ran, step, events } = await begin("a -> b, b -> c");
    await transitionAsRails(database, { stepId: (await step("b")).workflow_step_id }, "resolved_manually");
    gate.open("a");
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(ran).toEqual(["a", "c"]);
    expect(events.filter(({ name }) => name === "step.completed").map(({ stepName }) => stepName)).toEqual(["a", "c"]);
    await expectCleanAuditTrail(database);
  });

  test("may be everything: a task that was destroyed is let go", async () => {
    const { engine, database, taskId, gate, executions } = await begin("a -> b");
    const signal = executions[0]?.signal;
    await database.execute(`
      delete from tasker_workflow_step_edges; delete from tasker_workflow_step_transitions;
      delete from tasker_workflow_steps; delete from tasker_task_transitions; delete from tasker_tasks`);
    gate.open("too late");
    await expect(engine.settled(taskId)).rejects.toThrow(TaskNotFoundError);
    expect(signal?.aborted).toBe(true);
    const next = await engine.submit({ name: "graph", context: {} });
    expect(await engine.settled(next.taskId)).toMatchObject({ state: "complete" });
  });

  test("counts when a waiting retry comes due: a step resolved meanwhile does not run again", async () => {
    const database = await useDatabase(openTestDatabase);
    let runs = 0;
    const template = graphTemplate("a -> b", {
      run: (_task, _sequence, step) => {
        if (step.name === "b") return "b";
        runs += 1;
        throw new Error("no");
      },
    });
    const { engine, clock, seen } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await seen(({ name }) => name === "step.failed");
    const { workflow_step_id: stepId } = await readStep(database, taskId, "a");
    await transitionAsRails(database, { stepId }, "resolved_manually");
    clock.advance(1_000);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(runs).toBe(1);
    await expectCleanAuditTrail(database);
  });
});

/**
 * Runs a task; before its first commit, somebody else moves step `b` as the reference does.
 * @param from a state that step `b` has a row of before that
 */
async function moveBeforeCommit(
  template: TaskTemplate,
  to: string,
  { bypassSteps, from }: { readonly bypassSteps?: string[]; readonly from?: string } = {},
) {
  const real = await useDatabase(openTestDatabase);
  const request = { name: "graph", context: {}, ...(bypassSteps === undefined ? {} : { bypassSteps }) };
  const { taskId } = await makeEngine(real, [template]).engine.submit(request);
  const { workflow_step_id: stepId } = await readStep(real, taskId, "b");
  if (from !== undefined) await transitionAsRails(real, { stepId }, from);
  let isMoved = false;
  const database: Database = {
    ...real,
    run: async (statement, parameters) => {
      if (statement.name.startsWith("commit_") && !isMoved) {
        isMoved = true;
        await transitionAsRails(real, { stepId }, to);
      }
      return real.run(statement, parameters);
    },
  };
  return { ...(await startEngine(database, [template])), database: real, taskId };
}

describeOnPostgres("a step that somebody else moved before it is closed without its handler", () => {
  const skippable = { skippable: true } as const;
  const never = { kind: "test", step: null, path: "x", operator: "equals", value: 1 } as const;
  const recorder = () => {
    const ran: string[] = [];
    return { ran, run: (_task: unknown, _sequence: unknown, step: StepExecution) => void ran.push(step.name) };
  };

  test("takes with it the start that would have followed", async () => {
    const { ran, run } = recorder();
    const template = graphTemplate("b -> c", { steps: { b: skippable }, run });
    const { engine, database, taskId, events } = await moveBeforeCommit(template, "cancelled", { bypassSteps: ["b"] });
    await engine.settled(taskId);
    expect(ran).toEqual([]);
    expect(await readStep(database, taskId, "c")).toMatchObject({ state: "cancelled", attempts: 0 });
    expect(events.map(({ name }) => name)).not.toContain("step.execution_requested");
    await expectCleanAuditTrail(database);
  });

  test("takes with it the closings that would have followed", async () => {
    const { ran, run } = recorder();
    const template = graphTemplate("b -> c, c -> d", { steps: { b: skippable, c: skippable }, run });
    const bypassSteps = ["b", "c"];
    const { engine, database, taskId, events } = await moveBeforeCommit(template, "cancelled", { bypassSteps });
    await engine.settled(taskId);
    expect(ran).toEqual([]);
    expect(await readStep(database, taskId, "c")).toMatchObject({ state: "cancelled" });
    expect(await readStep(database, taskId, "d")).toMatchObject({ state: "cancelled" });
    expect(events.map(({ name }) => name)).not.toContain("step.resolved_manually");
    await expectCleanAuditTrail(database);
  });

  test("takes with it the end of its task", async () => {
    const template = graphTemplate("b", { steps: { b: { runIf: never } } });
    const { engine, database, taskId } = await moveBeforeCommit(template, "cancelled");
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "cancelled" });
    expect(await readHistory(database, taskId)).not.toContain("task in_progress > complete");
    await expectCleanAuditTrail(database);
  });

  test("does so where it had a row before", async () => {
    const { ran, run } = recorder();
    const template = graphTemplate("b -> d, c -> d, c", { steps: { b: skippable, c: skippable }, run });
    const how = { bypassSteps: ["b", "c"], from: "pending" };
    const { engine, database, taskId } = await moveBeforeCommit(template, "cancelled", how);
    await engine.settled(taskId);
    expect(ran).toEqual([]);
    expect(await readStep(database, taskId, "c")).toMatchObject({ state: "resolved_manually" });
    expect(await readStep(database, taskId, "d")).toMatchObject({ state: "cancelled" });
    await expectCleanAuditTrail(database);
  });

  test("goes on as they left it: what depends on a step that they resolved runs once", async () => {
    const { ran, run } = recorder();
    const template = graphTemplate("b -> c", { steps: { b: skippable }, run });
    const moved = await moveBeforeCommit(template, "resolved_manually", { bypassSteps: ["b"] });
    expect(await moved.engine.settled(moved.taskId)).toMatchObject({ state: "complete" });
    expect(ran).toEqual(["c"]);
    await expectCleanAuditTrail(moved.database);
  });

  test("is another thing than a start: what starts beside one that is refused does so", async () => {
    const { ran, run } = recorder();
    const { engine, database, taskId } = await moveBeforeCommit(graphTemplate("b, c", { run }), "resolved_manually");
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(ran).toEqual(["c"]);
    expect(await readStep(database, taskId, "c")).toMatchObject({ state: "complete", attempts: 1 });
    await expectCleanAuditTrail(database);
  });
});
