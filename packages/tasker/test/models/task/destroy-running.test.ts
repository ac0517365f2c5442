import { expect, test } from "vitest";
import { RecordNotFoundError } from "../../../src/errors/index.ts";
import { Task } from "../../../src/models/index.ts";
import { graphTemplate, makeGate, startEngine, until, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

describeOnPostgres("destroying a task that an engine runs", () => {
  test("starts no further step of it, and holds up no other of the same batch", async () => {
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
    const [gone, other] = await engine.submitMany([
      { name: "graph", context: { a: 1 } },
      { name: "graph", context: { a: 2 } },
    ]);
    const goneId = gone?.taskId ?? 0;
    await until(() => ran.length === 2, "both first steps");
    await Task.destroy(database, goneId);
    gate.open();
    expect(await engine.settled(other?.taskId ?? 0)).toMatchObject({ state: "complete" });
    await engine.stop();
    expect(ran.filter((run) => run.startsWith(`${goneId} `))).toEqual([`${goneId} a`]);
    await expect(Task.find(database, goneId)).rejects.toBeInstanceOf(RecordNotFoundError);
    expect(
      await database.query(
        "select from tasker_workflow_step_transitions t where not exists (select from tasker_workflow_steps s where s.workflow_step_id = t.workflow_step_id)",
      ),
    ).toEqual([]);
  });
});
