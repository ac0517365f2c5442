import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import * as WorkflowStepTransition from "../../src/models/workflow-step-transition/workflow-step-transition.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  type EngineUnderTest,
  graphTemplate,
  makeGate,
  readState,
  readStep,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };

const mark = (database: Database, taskId: number, paused: boolean) =>
  database.query(
    `update tasker_task_runs set revision = revision + 1, dirty = owner_id <> 0, paused = $2::boolean,
       wake_at = case when owner_id = 0 then '2000-01-01' else wake_at end where task_id = $1`,
    [taskId, paused],
  );

const runRow = async (database: Database, taskId: number) =>
  (await database.query("select owner_id, wake_at, dirty from tasker_task_runs where task_id = $1", [taskId]))[0];

/** Lets the engine look for work again and again until something holds. */
const looking = ({ clock }: EngineUnderTest, holds: () => boolean | Promise<boolean>, what: string) =>
  until(async () => {
    if (await holds()) return true;
    clock.advance(500);
    return false;
  }, what);

async function runOne(edges: string) {
  const database = await useDatabase(openTestDatabase);
  const gate = makeGate<string>();
  const signals: AbortSignal[] = [];
  const template = graphTemplate(edges, {
    run: (_task, _sequence, step) => {
      signals.push(step.signal);
      return gate.promise;
    },
  });
  const engine = await startEngine(database, [template]);
  const { taskId } = await engine.engine.submit(request);
  await until(() => signals.length === 1, "the first step");
  return { database, gate, signals, engine, taskId };
}

describeOnPostgres("an owner whose task somebody else has changed", () => {
  test("aborts the handler of a step that was cancelled, at its next look", async () => {
    const { database, gate, signals, engine, taskId } = await runOne("a -> b");
    const { workflow_step_id: stepId } = await readStep(database, taskId, "a");
    await WorkflowStepTransition.append(database, Number(stepId), "cancelled", {}, new Date(engine.clock.now()));
    expect(await runRow(database, taskId)).toMatchObject({ dirty: true });
    await looking(engine, () => signals[0]?.aborted === true, "the signal");
    expect(await runRow(database, taskId)).toMatchObject({ dirty: false });
    gate.open("too late");
    await engine.engine.settled(taskId);
    expect(await readStep(database, taskId, "a")).toMatchObject({ state: "cancelled", results: {} });
  });

  test("starts nothing of a paused task, keeps what runs, and goes on when the mark is gone", async () => {
    const { database, gate, signals, engine, taskId } = await runOne("a -> b");
    await mark(database, taskId, true);
    await looking(engine, async () => (await runRow(database, taskId))?.dirty === false, "the look");
    gate.open("kept");
    await until(async () => (await runRow(database, taskId))?.owner_id === 0, "the release");
    expect(await runRow(database, taskId)).toMatchObject({ wake_at: null });
    expect(await readStep(database, taskId, "a")).toMatchObject({ state: "complete", results: "kept" });
    expect(await readState(database, taskId)).toBe("in_progress");
    expect(signals).toHaveLength(1);
    expect(signals[0]?.aborted).toBe(false);
    await expectCleanAuditTrail(database);

    await mark(database, taskId, false);
    await looking(engine, async () => (await readState(database, taskId)) === "complete", "the end");
    expect(signals).toHaveLength(2);
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("writes nothing that it had not seen the mark for: a commit under way is refused", async () => {
    const { database, gate, signals, engine, taskId } = await runOne("a -> b");
    await mark(database, taskId, true);
    gate.open("kept");
    await until(async () => (await runRow(database, taskId))?.owner_id === 0, "the release");
    expect(await readStep(database, taskId, "a")).toMatchObject({ state: "complete", results: "kept" });
    expect(signals).toHaveLength(1);
    await engine.engine.stop();
    await expectCleanAuditTrail(database);
  });

  test("notices by the statement that looks for work, and after a look whose answer was lost", async () => {
    const real = await useDatabase(openTestDatabase);
    const ran: string[] = [];
    let loses = false;
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        ran.push(statement.name);
        const rows = await real.run(statement, parameters);
        if (!loses || statement.name !== "claim_tasks") return rows;
        loses = false;
        throw new Error("the answer was lost");
      },
    };
    const signals: AbortSignal[] = [];
    const template = graphTemplate("a", {
      run: (_task, _sequence, step) => {
        signals.push(step.signal);
        return new Promise(() => undefined);
      },
    });
    const engine = await startEngine(database, [template]);
    const { taskId } = await engine.engine.submit(request);
    await until(() => signals.length === 1, "the step");
    await looking(engine, () => ran.at(-1) === "claim_tasks" && ran.at(-2) === "claim_tasks", "two quiet looks");
    loses = true;
    const { workflow_step_id: stepId } = await readStep(real, taskId, "a");
    await WorkflowStepTransition.append(real, Number(stepId), "cancelled", {}, new Date(engine.clock.now()));
    await looking(engine, () => signals[0]?.aborted === true, "the signal");
    expect(loses).toBe(false);
    await engine.engine.settled(taskId);
  });
});
