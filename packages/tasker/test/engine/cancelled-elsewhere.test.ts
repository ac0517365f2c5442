import { expect, test } from "vitest";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  readState,
  startEngine,
  transitionAsRails,
  until,
  useDatabase,
} from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

describeOnPostgres("a task that the reference cancels, which raises no revision", () => {
  test("starts no further step, and holds up no other of the same batch", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const ran: string[] = [];
    const template = graphTemplate("a -> b, b -> c", {
      run: async (task, _sequence, step) => {
        ran.push(`${task.taskId} ${step.name}`);
        if (step.name === "a") await gate.promise;
      },
    });
    const { engine } = await startEngine(database, [template]);
    const [ended, other] = await engine.submitMany([
      { name: "graph", context: {} },
      { name: "graph", context: {} },
    ]);
    await until(() => ran.length === 2, "both first steps");
    await transitionAsRails(database, { taskId: ended?.taskId ?? 0 }, "cancelled");
    gate.open();
    expect(await engine.settled(other?.taskId ?? 0)).toMatchObject({ state: "complete" });
    expect(await engine.settled(ended?.taskId ?? 0)).toMatchObject({ state: "cancelled" });
    await engine.stop();
    expect(ran.filter((run) => run.startsWith(`${ended?.taskId} `))).toEqual([`${ended?.taskId} a`]);
    expect(await readState(database, ended?.taskId ?? 0)).toBe("cancelled");
    expect(await database.query("select from tasker_task_runs where owner_id <> 0 or wake_at is not null")).toEqual([]);
    await expectCleanAuditTrail(database);
  });
});
