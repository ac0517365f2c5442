import { expect, test } from "vitest";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { runTask } from "../../../src/testing/run/run-task.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import { makeEngine, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const requests = (count: number) =>
  Array.from({ length: count }, (_, place) => ({ name: "graph", context: {}, idempotencyKey: `${place}` }));

describeOnPostgres("a limit on a rate", () => {
  test("holds over all processes: never more starts than its count in any span of its time", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    const granted: number[] = [];
    const recording = {
      ...database,
      run: (async (statement, parameters) => {
        const rows = await database.run(statement, parameters);
        if (statement.name !== "take_permits") return rows;
        const [, , , at] = parameters;
        const count = rows.reduce((sum, row) => sum + Number(row.granted), 0);
        for (let start = 0; start < count; start++) granted.push(at instanceof Date ? at.getTime() : Number.NaN);
        return rows;
      }) as typeof database.run,
    };
    let runs = 0;
    const run = () => {
      runs += 1;
    };
    const template = defineTask({
      name: "graph",
      dependentSystems: { unknown: { rate: { count: 4, perSeconds: 10 } } },
    })
      .step("a", { process: run })
      .step("b", { process: run })
      .build();
    await makeEngine(database, [template], { clock }).engine.submitMany(requests(15));
    for (let engines = 0; engines < 3; engines++) await startEngine(recording, [template], { clock, maxTasks: 6 });
    await until(async () => {
      clock.advance(250);
      return (await database.query("select from tasker_tasks where not complete")).length === 0;
    }, "the end of all tasks");
    expect([runs, granted.length]).toEqual([30, 30]);
    granted.sort((a, b) => a - b);
    for (const [place, at] of granted.entries()) {
      const next = granted[place + 4];
      if (next !== undefined) expect(next - at).toBeGreaterThanOrEqual(10_000);
    }
    await expectCleanAuditTrail(database);
  });

  test("wakes a step when its time has come, to the millisecond, without looking in between", async () => {
    const database = await useDatabase(openTestDatabase);
    const clock = new ManualClock();
    let calls = 0;
    const counting = {
      ...database,
      run: ((statement, parameters) => {
        if (statement.name === "take_permits") calls += 1;
        return database.run(statement, parameters);
      }) as typeof database.run,
    };
    const starts: number[] = [];
    const template = defineTask({ name: "graph" })
      .step("a", {
        limits: [{ rate: { count: 2, perSeconds: 3_600 } }],
        process: () => void starts.push(clock.now() - Date.UTC(2026, 0, 1)),
      })
      .build();
    const { engine } = await startEngine(counting, [template], { clock });
    const tasks = await engine.submitMany(requests(5));
    await until(() => starts.length === 2, "the first two");
    await until(async () => (await database.query("select from tasker_limit_waits")).length === 1, "the others");
    const before = calls;
    clock.advance(3_599_999);
    await database.query("select pg_sleep(0.05)");
    expect([starts.length, calls]).toEqual([2, before]);
    clock.advance(1);
    await until(() => starts.length === 4, "the next two");
    await until(async () => (await database.query("select from tasker_limit_waits")).length === 1, "the last");
    clock.advance(3_600_000);
    for (const { taskId } of tasks) expect(await engine.settled(taskId)).toMatchObject({ state: "complete" });
    expect(starts).toEqual([0, 0, 3_600_000, 3_600_000, 7_200_000]);
    await expectCleanAuditTrail(database);
  });

  test("counts attempts: each try of a step is a start", async () => {
    const database = await useDatabase(openTestDatabase);
    const task = defineTask({ name: "flaky" })
      .step("a", {
        limits: [{ rate: { count: 1, perSeconds: 60 } }],
        process: (_task, _sequence, step) => {
          if (step.attempt < 3) throw new Error("not yet");
        },
      })
      .build();
    const report = await runTask(task, {}, { database });
    expect(report.state).toBe("complete");
    expect(report.steps.a?.attempts).toBe(3);
    expect(report.elapsedMs).toBe(120_000);
  });

  test("is not held up by starts of a process whose clock was hours ahead", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = defineTask({
      name: "graph",
      dependentSystems: { unknown: { rate: { count: 1, perSeconds: 10 } } },
    })
      .step("a", { process: () => "done" })
      .build();
    const [early] = requests(2);
    if (early === undefined) throw new RangeError("no request");
    const ahead = await startEngine(database, [template], { clock: new ManualClock(Date.UTC(2026, 0, 1, 3)) });
    const { taskId } = await ahead.engine.submit(early);
    await ahead.engine.settled(taskId);
    await ahead.engine.stop();
    const late = await startEngine(database, [template], { clock: new ManualClock(Date.UTC(2026, 0, 1)) });
    const other = await late.engine.submit({ ...early, idempotencyKey: "other" });
    expect(await late.engine.settled(other.taskId)).toMatchObject({ state: "complete" });
  });
});
