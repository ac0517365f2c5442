import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { PermanentError, RetryableError } from "../../src/errors/index.ts";
import { defineTask } from "../../src/handlers/define-task/define-task.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, readState, readStep, readTransitions, startEngine, until } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const note = { actor: "ada", reason: "the data was wrong" };

describeOnPostgres("doing a task again from a step on", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  async function start(edges: string, broken: Set<string>) {
    const ran: string[] = [];
    const template = graphTemplate(edges, {
      steps: Object.fromEntries([...broken].map((step) => [step, { retryLimit: 1 }])),
      run: (task, _sequence, step) => {
        ran.push(`${task.taskId} ${step.name}`);
        if (broken.has(step.name)) throw new Error("fails");
        return `${step.name} of ${task.taskId}`;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "graph", context: { amount: 3 } });
    await engine.settled(taskId);
    return { engine, ran, taskId, ranOf: (task: number) => ran.filter((run) => run.startsWith(`${task} `)) };
  }

  test("in place: a failed step has all its attempts again, and what waited for it runs", async () => {
    const broken = new Set(["c"]);
    const { engine, taskId, ran } = await start("a -> b, b -> c, c -> d", broken);
    broken.clear();
    const from = (step: string) => engine.actions.rerunFrom({ taskId, step }, note);
    expect(await from("b")).toMatchObject({ outcome: "refused", reason: "finished_below", step: { name: "b" } });
    expect(await from("d")).toMatchObject({ outcome: "refused", reason: "unfinished_above" });
    expect(await from("c")).toMatchObject({ outcome: "done", movedSteps: 1 });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(ran.map((run) => run.split(" ")[1])).toEqual(["a", "b", "c", "c", "d"]);
    expect(await readStep(database, taskId, "c")).toMatchObject({ attempts: 1, retry_limit: 1 });
    expect(await from("c")).toMatchObject({ outcome: "refused", reason: "task_complete" });
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("as a new task: results above it are taken over, it and what follows run", async () => {
    const { engine, taskId, ranOf } = await start("a -> c, b -> c, c -> d, a -> e", new Set());
    const result = await engine.actions.rerunTask({ taskId, step: "c" }, note);
    expect(result).toMatchObject({ outcome: "done", movedSteps: 3, step: { name: "c" } });
    const made = result.outcome === "done" ? (result.newTaskId ?? 0) : 0;
    expect(await engine.settled(made)).toMatchObject({ state: "complete" });
    expect(ranOf(made).map((run) => run.split(" ")[1])).toEqual(["c", "d"]);
    const { workflow_step_id: oldStep } = await readStep(database, taskId, "a");
    expect(await readStep(database, made, "a")).toMatchObject({
      state: "resolved_manually",
      results: `a of ${taskId}`,
      attempts: 0,
    });
    const [row] = await readTransitions(database, made, "a");
    expect(row?.metadata).toMatchObject({
      writer: 0,
      ...note,
      action: "rerun_as_new",
      resolution: "reused",
      reused_from: { task_id: taskId, step_id: oldStep },
    });
    expect(await database.query("select rerun_of from tasker_task_runs where task_id = $1", [made])).toEqual([
      { rerun_of: taskId },
    ]);
    expect(await database.query("select context from tasker_tasks where task_id = $1", [made])).toEqual([
      { context: { amount: 3 } },
    ]);
    expect(await engine.actions.history(taskId)).toMatchObject([
      { action: "rerun_as_new", stepName: "c", details: { new_task_id: made } },
    ]);
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("asked for twice while the new task lives, it is the same task; a live one is not done again", async () => {
    const { engine, taskId } = await start("a -> c", new Set());
    await engine.stop();
    const first = await engine.actions.rerunTask({ taskId, step: "a" }, note);
    const made = first.outcome === "done" ? (first.newTaskId ?? 0) : 0;
    expect(await engine.actions.rerunTask({ taskId, step: "a" }, note)).toMatchObject({
      outcome: "already",
      reason: "rerun_under_way",
      newTaskId: made,
    });
    expect(await engine.actions.rerunTask({ taskId: made, step: "a" }, note)).toMatchObject({
      outcome: "refused",
      reason: "task_pending",
    });
    await engine.actions.cancelTask(made, note);
    expect(await engine.actions.rerunTask({ taskId, step: "a" }, note)).toMatchObject({ outcome: "done" });
    await expectCleanAuditTrail(database);
  });

  test("of a task that was cancelled, what had not been finished runs as well", async () => {
    const broken = new Set(["b"]);
    const { engine, ranOf, taskId } = await start("a -> d, b -> d, c -> d", broken).then(async (made) => {
      await made.engine.actions.cancelTask(made.taskId, note);
      return made;
    });
    broken.clear();
    const result = await engine.actions.rerunTask({ taskId, step: "d" }, note);
    const made = result.outcome === "done" ? (result.newTaskId ?? 0) : 0;
    expect(await engine.settled(made)).toMatchObject({ state: "complete" });
    expect(ranOf(made).map((run) => run.split(" ")[1])).toEqual(["b", "d"]);
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("as a new task: items of a list are taken over above it, and made anew below it", async () => {
    const ran: string[] = [];
    const work = (name: string) => (task: { readonly taskId: number }) => {
      ran.push(`${task.taskId} ${name}`);
      return name;
    };
    const template = defineTask({ name: "mapping" })
      .step("load", { process: (task) => [work("load")(task), "second"] })
      .step("each", { forEach: { step: "load" }, process: (task) => work("each")(task) })
      .step("end", { dependsOn: ["each"], process: (task) => work("end")(task) })
      .build();
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "mapping", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    const again = async (step: string) => {
      const result = await engine.actions.rerunTask({ taskId, step }, note);
      const made = result.outcome === "done" ? (result.newTaskId ?? 0) : 0;
      expect(await engine.settled(made)).toMatchObject({ state: "complete" });
      return ran.filter((run) => run.startsWith(`${made} `)).map((run) => run.split(" ")[1]);
    };
    expect(await again("end")).toEqual(["end"]);
    expect(await again("load")).toEqual(["load", "each", "each", "end"]);
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("a step that runs for one item has the attempts of its template again", async () => {
    let calls = 0;
    const template = defineTask({ name: "mapped" })
      .step("load", { process: () => ["x", "y"] })
      .step("each", {
        forEach: { step: "load" },
        retryLimit: 4,
        process: (_task, _sequence, step) => {
          if (step.name !== "each[1]") return "done";
          calls += 1;
          if (calls === 1) throw new PermanentError("no");
          throw new RetryableError("not yet", { retryAfter: 0 });
        },
      })
      .build();
    const { engine, clock } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "mapped", context: {} });
    await engine.settled(taskId);
    expect(calls).toBe(1);
    expect(await engine.actions.resetAttempts({ taskId, step: "each[1]" }, note)).toMatchObject({ outcome: "done" });
    await until(async () => {
      clock.advance(1000);
      return calls === 5 && (await readState(database, taskId)) === "error";
    }, "four more attempts");
    expect(await readStep(database, taskId, "each[1]")).toMatchObject({ attempts: 4, retry_limit: 4, retryable: true });
    await engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("what was undone is only done again by a new task", async () => {
    let stuck = true;
    const compensation = {
      retryLimit: 2,
      process: () => {
        if (stuck) throw new PermanentError("stuck");
      },
    };
    const template = defineTask({ name: "undone", onFailure: "compensate" })
      .step("reserve", { process: () => 1, compensation })
      .step("charge", {
        dependsOn: ["reserve"],
        skippable: true,
        process: () => {
          throw new PermanentError("declined");
        },
      })
      .build();
    const { engine } = await startEngine(database, [template]);
    const { taskId } = await engine.submit({ name: "undone", context: {} });
    await engine.settled(taskId);
    const { actions } = engine;
    const charge = { taskId, step: "charge" };
    const refused = { outcome: "refused", reason: "compensated", message: expect.stringContaining("rerunTask") };
    expect(await actions.retryStep(charge, note)).toMatchObject(refused);
    expect(await actions.resetAttempts(charge, note)).toMatchObject(refused);
    expect(await actions.resolveStep(charge, note)).toMatchObject(refused);
    expect(await actions.completeStep(charge, 1, note)).toMatchObject(refused);
    expect(await actions.skipStep(charge, note)).toMatchObject(refused);
    expect(await actions.editStep(charge, { retryLimit: 9 }, note)).toMatchObject(refused);
    expect(await actions.rerunFrom(charge, note)).toMatchObject(refused);
    expect(await actions.history(taskId)).toEqual([]);

    const undo = { taskId, step: "undo(reserve)" };
    expect(await actions.resetAttempts(undo, note)).toMatchObject({ outcome: "done" });
    await engine.settled(taskId);
    expect(await readStep(database, taskId, "undo(reserve)")).toMatchObject({ state: "error", retry_limit: 2 });
    stuck = false;
    expect(await actions.retryTask(taskId, note)).toMatchObject({ outcome: "done", movedSteps: 1 });
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
    expect(await readStep(database, taskId, "undo(reserve)")).toMatchObject({ state: "complete" });
    expect(await readStep(database, taskId, "charge")).toMatchObject({ state: "error", attempts: 1 });
    expect(await actions.retryTask(taskId, note)).toMatchObject(refused);
    expect(await actions.rerunTask(charge, note)).toMatchObject({ outcome: "done" });
    await engine.stop();
    await expectCleanAuditTrail(database);
  });
});
