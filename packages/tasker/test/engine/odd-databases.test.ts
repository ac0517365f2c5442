import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { DatabaseUnavailableError, OutcomeUnknownError } from "../../src/errors/index.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  makeGate,
  readHistory,
  readState,
  readStep,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: {} };

/** The same database, some statements of which fail as if it were away. */
function failing(database: Database, isAway: (statement: string) => boolean): Database {
  return {
    ...database,
    run: (statement, parameters) =>
      isAway(statement.name)
        ? Promise.reject(new DatabaseUnavailableError(`away for ${statement.name}`))
        : database.run(statement, parameters),
  };
}

describeOnPostgres("a database that is not as the engine left it", () => {
  test("may have other edges than the definition: the rows decide", async () => {
    const database = await useDatabase(openTestDatabase);
    const order: string[] = [];
    const template = () =>
      graphTemplate("a -> b, c", {
        run: (_task, _sequence, step) => {
          order.push(step.name);
        },
      });
    const outside = makeEngine(database, [template()]);
    const { taskId } = await outside.engine.submit(request);
    const stepId = async (name: string) => (await readStep(database, taskId, name)).workflow_step_id;
    await database.query(
      `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
       values ($1, $2, 'provides', now(), now())`,
      [await stepId("c"), await stepId("a")],
    );
    const { engine } = await startEngine(database, [template()]);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(order).toEqual(["c", "a", "b"]);
    await expectCleanAuditTrail(database);
  });

  test("may have lost a definition: that task is reported, the others run", async () => {
    const database = await useDatabase(openTestDatabase);
    const outside = makeEngine(database, [graphTemplate("a"), graphTemplate("a", { name: "other" })]);
    const { taskId: lost } = await outside.engine.submit(request);
    const { taskId: fine } = await outside.engine.submit({ ...request, name: "other" });
    await database.execute("delete from tasker_definitions where name = 'graph'");
    const { engine, lines } = await startEngine(database, [graphTemplate("a"), graphTemplate("a", { name: "other" })]);
    expect(await engine.settled(fine)).toMatchObject({ state: "complete" });
    expect(lines).toMatchObject([{ level: "error", message: "a task cannot be loaded: it is given back for a while" }]);
    expect(await readState(database, lost)).toBe("pending");
  });

  test("may have steps in the middle of their history: written by the reference, without the engine's metadata", async () => {
    const database = await useDatabase(openTestDatabase);
    const outside = makeEngine(database, [graphTemplate("a -> b, c -> d")]);
    const { taskId } = await outside.engine.submit(request);
    const write = async (name: string, states: readonly string[]) => {
      const { workflow_step_id: stepId } = await readStep(database, taskId, name);
      for (const [place, state] of states.entries()) {
        await database.query(
          `insert into tasker_workflow_step_transitions
             (workflow_step_id, to_state, sort_key, most_recent, created_at, updated_at)
           values ($1, $2, $3, $4, '2025-12-31', '2025-12-31')`,
          [stepId, state, (place + 1) * 10, place === states.length - 1],
        );
      }
      await database.query("update tasker_workflow_steps set attempts = $2, results = $3 where workflow_step_id = $1", [
        stepId,
        1,
        JSON.stringify({ from: name }),
      ]);
    };
    await write("a", ["in_progress", "complete"]);
    await write("c", ["in_progress", "error"]);
    const seen: unknown[] = [];
    const { engine } = await startEngine(database, [
      graphTemplate("a -> b, c -> d", {
        run: (_task, sequence, step) => {
          seen.push([step.name, step.attempt]);
          return step.name === "b" ? sequence.resultsOf("a") : step.results;
        },
      }),
    ]);
    expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(seen).toEqual([
      ["b", 1],
      ["c", 2],
      ["d", 1],
    ]);
    expect(await readStep(database, taskId, "b")).toMatchObject({ results: { from: "a" } });
    expect(await readHistory(database, taskId)).toContain("c error > pending");
    await expectCleanAuditTrail(database);
  });
});

describeOnPostgres("a database that is away for a while", () => {
  test("delays a start of the engine's work, a claim and a commit, and nothing is lost", async () => {
    const real = await useDatabase(openTestDatabase);
    let away = "";
    const database = failing(real, (statement) => away !== "" && statement.startsWith(away));
    const { engine, clock, lines } = await startEngine(database, [graphTemplate("a -> b")]);
    const outside = makeEngine(real, [graphTemplate("a -> b")]);

    away = "claim_tasks";
    const { taskId } = await outside.engine.submit(request);
    await until(() => {
      clock.advance(500);
      return lines.some(({ message }) => message === "looking for work failed, trying again");
    }, "a failed look");
    away = "commit_";
    await until(() => {
      clock.advance(500);
      return lines.filter(({ message }) => message === "writing a batch failed, trying again").length >= 3;
    }, "failed commits");
    expect(await readState(real, taskId)).toBe("pending");
    away = "";
    await until(async () => {
      clock.advance(2_000);
      return (await readState(real, taskId)) === "complete";
    }, "the task's end");
    await engine.stop();
    await expectCleanAuditTrail(real);
  });

  test("delays loading a task again", async () => {
    const real = await useDatabase(openTestDatabase);
    let away = false;
    const database = failing(real, (statement) => away && ["load_tasks", "find_written_rows"].includes(statement));
    const gate = makeGate<string>();
    const { engine, clock, lines } = await startEngine(database, [graphTemplate("a", { run: () => gate.promise })]);
    const { taskId } = await engine.submit(request);
    await until(async () => (await readState(real, taskId)) === "in_progress", "the start");
    away = true;
    await real.execute("update tasker_task_runs set revision = 7");
    gate.open("kept");
    const failures = () =>
      lines.filter(({ message }) => message.startsWith("asking the database about a task failed")).length;
    await until(() => failures() === 1, "a failed load");
    clock.advance(500);
    await until(() => failures() === 2, "another one");
    away = false;
    clock.advance(500);
    expect(await engine.settled(taskId)).toEqual({ taskId, state: "complete" });
    expect(await readStep(real, taskId, "a")).toMatchObject({ results: "kept", attempts: 1 });
    await expectCleanAuditTrail(real);
  });

  test("refuses the start of an engine, which can not be used then", async () => {
    const real = await useDatabase(openTestDatabase);
    const { engine } = makeEngine(
      failing(real, (statement) => statement === "register_process"),
      [graphTemplate("a")],
    );
    await expect(engine.start()).rejects.toThrow(DatabaseUnavailableError);
    await expect(engine.start()).rejects.toThrow("the engine is stopped");
    await engine.stop();
  });

  test("may have taken a submit whose answer was lost: the task is found and runs", async () => {
    const real = await useDatabase(openTestDatabase);
    let lose = false;
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        const rows = await real.run(statement, parameters);
        if (lose && statement.name === "submit_tasks") throw new OutcomeUnknownError("the answer was lost");
        return rows;
      },
    };
    const { engine, clock } = await startEngine(database, [graphTemplate("a")]);
    lose = true;
    await expect(engine.submit({ ...request, idempotencyKey: "k" })).rejects.toThrow("the answer was lost");
    lose = false;
    await until(async () => {
      clock.advance(500);
      return (await real.query("select from tasker_tasks where complete")).length === 1;
    }, "the task's end");
    expect(await engine.submit({ ...request, idempotencyKey: "k" })).toMatchObject({ created: false });
    await expectCleanAuditTrail(real);
  });

  test("may have taken a commit whose answer was lost: nothing runs twice, and its events are told", async () => {
    const real = await useDatabase(openTestDatabase);
    let losses = 0;
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        const rows = await real.run(statement, parameters);
        if (statement.name.startsWith("commit_")) {
          losses += 1;
          if (losses % 2 === 1) throw new DatabaseUnavailableError("the answer was lost");
        }
        return rows;
      },
    };
    const ran: string[] = [];
    const template = graphTemplate("a -> b, b -> c", {
      run: (_task, _sequence, step) => {
        ran.push(step.name);
      },
    });
    const { engine, clock, events } = await startEngine(database, [template]);
    const { taskId } = await engine.submit(request);
    await until(async () => {
      clock.advance(50);
      return (await readState(real, taskId)) === "complete" && events.at(-1)?.name === "task.completed";
    }, "the task's end");
    expect(ran).toEqual(["a", "b", "c"]);
    expect(events.map(({ name, stepName }) => `${stepName ?? "task"} ${name}`)).toEqual([
      "task task.initialize_requested",
      "task task.start_requested",
      "a step.execution_requested",
      "a step.completed",
      "b step.execution_requested",
      "b step.completed",
      "c step.execution_requested",
      "c step.completed",
      "task task.completed",
    ]);
    await expectCleanAuditTrail(real);
  });
});
