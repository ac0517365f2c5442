import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { DatabaseUnavailableError } from "../../src/errors/index.ts";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeEngine,
  makeGate,
  readState,
  startEngine,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const isCommit = (statement: string) => statement.startsWith("commit_");

describeOnPostgres("a process that falls behind claims nothing more", () => {
  test("while a listener that may miss nothing has no room", async () => {
    const real = await useDatabase(openTestDatabase);
    let looks = 0;
    const database: Database = {
      ...real,
      run: (statement, parameters) => {
        if (statement.name === "claim_tasks") looks += 1;
        return real.run(statement, parameters);
      },
    };
    const held = makeGate();
    const running = makeGate();
    const { engine, clock } = await startEngine(database, [
      graphTemplate("a", { run: () => running.promise }),
      graphTemplate("b", { name: "other" }),
    ]);
    const outside = makeEngine(real, [graphTemplate("b", { name: "other" })]);
    const { taskId: first } = await engine.submit({ name: "graph", context: {} });
    await until(async () => (await readState(real, first)) === "in_progress", "the start");
    engine.on("test.event", () => held.promise, { queue: { max: 1, overflow: "block" } });
    // One is with the listener, the other one waits for it.
    for (let count = 0; count < 2; count += 1) {
      engine.events.tell("test.event", null, () => ({}));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(engine.events.isFull).toBe(true);

    const { taskId: second } = await outside.engine.submit({ name: "other", context: {} });
    const before = looks;
    await until(() => {
      clock.advance(500);
      return looks >= before + 3;
    }, "further looks for work");
    expect(await ownerOf(real, second)).toBe(0);

    held.open();
    await until(async () => {
      clock.advance(500);
      return (await readState(real, second)) === "complete";
    }, "the end of what was left");
    running.open();
    expect(await engine.settled(first)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(real);
  });

  test("and an engine that stops does not wait for ever for a listener that is behind", async () => {
    const database = await useDatabase(openTestDatabase);
    const { engine, clock } = await startEngine(database, [graphTemplate("a")]);
    engine.on("test.event", () => new Promise(() => undefined), { queue: { max: 1, overflow: "block" } });
    for (let count = 0; count < 2; count += 1) {
      engine.events.tell("test.event", null, () => ({}));
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    let isStopped = false;
    const stopping = engine.stop({ graceMs: 0 }).then(() => {
      isStopped = true;
    });
    await until(() => {
      clock.advance(500);
      return isStopped;
    }, "the end of the engine");
    await stopping;
    expect(await readState(database, taskId)).not.toBe("complete");
  });

  test("while a batch that failed is to be written again", async () => {
    const real = await useDatabase(openTestDatabase);
    let isAway = false;
    let looks = 0;
    const database: Database = {
      ...real,
      run: (statement, parameters) => {
        if (statement.name === "claim_tasks") looks += 1;
        return isAway && isCommit(statement.name)
          ? Promise.reject(new DatabaseUnavailableError("away"))
          : real.run(statement, parameters);
      },
    };
    const gate = makeGate();
    const { engine, clock, lines } = await startEngine(database, [
      graphTemplate("a", { run: () => gate.promise }),
      graphTemplate("b", { name: "other" }),
    ]);
    const outside = makeEngine(real, [graphTemplate("b", { name: "other" })]);
    const { taskId: first } = await engine.submit({ name: "graph", context: {} });
    await until(async () => (await readState(real, first)) === "in_progress", "the start");
    isAway = true;
    gate.open();
    await until(() => lines.some(({ message }) => message.startsWith("writing a batch failed")), "a failed commit");

    const { taskId: second } = await outside.engine.submit({ name: "other", context: {} });
    const before = looks;
    await until(() => {
      clock.advance(500);
      return looks >= before + 3;
    }, "further looks for work");
    expect(await ownerOf(real, second)).toBe(0);

    isAway = false;
    await until(async () => {
      clock.advance(500);
      return (await readState(real, second)) === "complete";
    }, "the end of what was left");
    expect(await engine.settled(first)).toMatchObject({ state: "complete" });
    await expectCleanAuditTrail(real);
  });

  test("while more outcomes wait than the next batch takes", async () => {
    const real = await useDatabase(openTestDatabase);
    const answer = makeGate();
    const gate = makeGate();
    let isSlow = false;
    let looks = 0;
    const database: Database = {
      ...real,
      run: async (statement, parameters) => {
        if (statement.name === "claim_tasks") looks += 1;
        if (isSlow && isCommit(statement.name)) await answer.promise;
        return real.run(statement, parameters);
      },
    };
    let running = 0;
    const steps = Array.from({ length: 1_100 }, (_, step) => `s${step}`);
    const run = () => {
      running += 1;
      return gate.promise;
    };
    const { engine, clock } = await startEngine(
      database,
      [graphTemplate(steps.join(", "), { run }), graphTemplate("b", { name: "other" })],
      { concurrency: 2_000 },
    );
    const outside = makeEngine(real, [graphTemplate("b", { name: "other" })]);
    const { taskId: wide } = await engine.submit({ name: "graph", context: {} });
    await until(() => running === steps.length, "all handlers");
    isSlow = true;
    gate.open();

    const { taskId: second } = await outside.engine.submit({ name: "other", context: {} });
    const before = looks;
    await until(() => {
      clock.advance(500);
      return looks >= before + 3;
    }, "further looks for work");
    expect(await ownerOf(real, second)).toBe(0);

    isSlow = false;
    answer.open();
    await until(async () => {
      clock.advance(500);
      return (await readState(real, second)) === "complete";
    }, "the end of what was left");
    expect(await engine.settled(wide)).toMatchObject({ state: "complete" });
  });
});

async function ownerOf(database: Database, taskId: number): Promise<unknown> {
  const [row] = await database.query("select owner_id from tasker_task_runs where task_id = $1", [taskId]);
  return row?.owner_id;
}
