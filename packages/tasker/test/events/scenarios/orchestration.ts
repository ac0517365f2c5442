import { expect } from "vitest";
import { DatabaseUnavailableError, PermanentError } from "../../../src/errors/index.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { graphTemplate, makeGate, until, useDatabase } from "../../support/engine-harness.ts";
import { openTestDatabase } from "../../support/test-database.ts";
import type { Scenario } from "./scenario.ts";

const request = { name: "graph", context: {} };

const fansOut: Scenario = {
  title: "a step that runs for each item of a list",
  shows: {
    "step.fanned_out": [{ instances: 3, step_ids: [expect.any(Number), expect.any(Number), expect.any(Number)] }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const template = defineTask({ name: "mapping" })
      .step("load", { process: () => [1, 2, 3] })
      .step("each", { forEach: { step: "load" }, process: () => null })
      .build();
    const { engine } = await stage.start(database, [template]);
    const { taskId } = await engine.submit({ name: "mapping", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    const rows = await database.query(
      "select w.workflow_step_id from tasker_workflow_steps w join tasker_named_steps n using (named_step_id) where n.name like 'each[%'",
    );
    const [told] = stage.told.filter(({ name }) => name === "step.fanned_out");
    expect(told).toMatchObject({ stepName: "each", taskId });
    expect(told?.payload.step_ids).toEqual(rows.map(({ workflow_step_id }) => Number(workflow_step_id)));
  },
};

const compensates: Scenario = {
  title: "a task that undoes what it has done",
  shows: {
    "task.compensation_started": [{ steps: ["reserve", "charge"] }],
    "task.compensated": [{ compensated: true, compensated_steps_count: 2, not_compensated: [] }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const compensation = { process: () => null };
    const fail = () => {
      throw new PermanentError("no parcels today");
    };
    const template = defineTask({ name: "order", onFailure: "compensate" })
      .step("reserve", { process: () => null, compensation })
      .step("charge", { dependsOn: ["reserve"], process: () => null, compensation })
      .step("ship", { dependsOn: ["charge"], process: fail })
      .build();
    const { engine } = await stage.start(database, [template]);
    const { taskId } = await engine.submit({ name: "order", context: {} });
    expect(await engine.settled(taskId)).toMatchObject({ state: "error" });
  },
};

const waits: Scenario = {
  title: "a task that waits for long is given back until then",
  shows: {
    "workflow.no_viable_steps": [{ reason: "waiting", total_steps_checked: 1 }],
    "workflow.task_reenqueue_delayed": [{ reason: "waiting_for_dependencies", delay_seconds: expect.any(Number) }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const template = defineTask({ name: "nap" }).sleep("nap", { seconds: 3_600 }).build();
    const { engine } = await stage.start(database, [template]);
    await engine.submit({ name: "nap", context: {} });
    await stage.seen("workflow.task_reenqueue_delayed");
  },
};

const stops: Scenario = {
  title: "a task that could go on when its process stops is given back at once",
  shows: {
    "step.interrupted": [{ attempt_number: 1, interruptions: 1 }],
    "workflow.task_reenqueue_requested": [{ reason: "has_ready_steps" }],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a", { run: () => new Promise(() => undefined) });
    const { engine } = await stage.start(database, [template]);
    await engine.submit(request);
    await stage.seen("step.before_handle");
    await engine.stop({ graceMs: 0 });
  },
};

const losesDatabase: Scenario = {
  title: "a process that stops while its database is away leaves its tasks to others",
  shows: {
    "workflow.task_reenqueue_failed": [{ reason: "database_unavailable", error: "away" }],
  },
  play: async (stage) => {
    const real = await useDatabase(openTestDatabase);
    let isAway = false;
    const database: typeof real = {
      ...real,
      run: (statement, parameters) =>
        isAway && statement.name.startsWith("commit_")
          ? Promise.reject(new DatabaseUnavailableError("away"))
          : real.run(statement, parameters),
    };
    const gate = makeGate();
    const { engine, clock, lines } = await stage.start(database, [graphTemplate("a", { run: () => gate.promise })]);
    await engine.submit(request);
    await stage.seen("step.before_handle");
    isAway = true;
    gate.open();
    await until(() => lines.some(({ message }) => message.startsWith("writing a batch failed")), "a failed commit");
    let isStopped = false;
    const stopped = engine.stop({ graceMs: 0 }).then(() => {
      isStopped = true;
    });
    await until(() => {
      clock.advance(500);
      return isStopped;
    }, "the stop");
    await stopped;
  },
};

const child: Scenario = {
  title: "a step that submits a task and waits for it, and one that waits for a signal",
  shows: {
    "task.child_submitted": [{ child_task_id: 2 }],
    "task.signalled": [{ signal: "approval", sender: "grace" }],
    "step.wait_started": [
      { kind: "task", namespace: "default", name: "parcel" },
      { kind: "signal", name: "approval" },
    ],
  },
  play: async (stage) => {
    const database = await useDatabase(openTestDatabase);
    const parcel = defineTask({ name: "parcel" })
      .step("pack", { process: () => null })
      .build();
    const order = defineTask({ name: "order" })
      .task("ship", { task: parcel, context: {} })
      .waitForSignal("approval", { dependsOn: ["ship"] })
      .build();
    const { engine, clock } = await stage.start(database, [order, parcel]);
    const { taskId } = await engine.submit({ name: "order", context: {} });
    await stage.seen("step.wait_started", 2, () => clock.advance(500));
    await engine.signal(taskId, "approval", {}, { sender: "grace", idempotencyKey: "once" });
    await engine.signal(taskId, "approval", {}, { sender: "grace", idempotencyKey: "once" });
    await until(() => {
      clock.advance(500);
      return stage.count("task.completed") === 2;
    }, "the ends");
  },
};

export const ORCHESTRATION: readonly Scenario[] = [fansOut, compensates, waits, stops, losesDatabase, child];
