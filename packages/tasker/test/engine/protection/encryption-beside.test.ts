import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { whyTask } from "../../../src/analysis/why/why-task.ts";
import { PermanentError } from "../../../src/errors/index.ts";
import { defineTask } from "../../../src/handlers/define-task/define-task.ts";
import { readTaskDetails } from "../../../src/reading/task/task-details.ts";
import { Encryption } from "../../../src/vault/encryption.ts";
import { expectCleanAuditTrail } from "../../support/audit-trail.ts";
import {
  graphTemplate,
  makeGate,
  readState,
  readStep,
  startEngine,
  until,
  useDatabase,
} from "../../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { startOwnerAndTaker } from "../sharing/owner-and-taker.ts";

const KEYS = { keys: [{ id: "k1", key: randomBytes(32).toString("hex") }] };
const SECRET = "4111-1111-1111-1111";

/** Everything of some tables that could hold a secret. */
const TABLES = [
  ...["tasker_tasks", "tasker_workflow_steps", "tasker_task_transitions", "tasker_workflow_step_transitions"],
  ...["tasker_step_executions", "tasker_ready_steps", "tasker_task_runs", "tasker_events"],
];
const EVERYTHING = TABLES.map((table) => `select to_json(t)::text as row from ${table} t`).join(" union all ");

describeEachDatabase("with encryption a child task", (open) => {
  test("gets its context encrypted, and its results are read by the steps after it", async () => {
    const database = await useDatabase(open);
    const child = defineTask({ name: "charge" })
      .step("pay", { process: ({ context }) => ({ receipt: `of ${String(context.card)}` }) })
      .build();
    const seen: unknown[] = [];
    const parent = defineTask({ name: "order" })
      .step("find", { process: () => ({ card: SECRET }) })
      .task("charge", { dependsOn: ["find"], task: child, context: { card: { step: "find", path: "card" } } })
      .step("after", {
        dependsOn: ["charge"],
        process: (_task, sequence) => void seen.push(sequence.resultsOf("charge")),
      })
      .build();
    const { engine, events } = await startEngine(database, [parent, child], { encryption: KEYS });
    const { taskId } = await engine.submit({ name: "order", context: {} });
    await engine.settled(taskId);
    expect(await readState(database, taskId)).toBe("complete");
    expect(JSON.stringify(seen)).toContain(`of ${SECRET}`);
    expect(JSON.stringify(await database.query(EVERYTHING)) + JSON.stringify(events)).not.toContain(SECRET);
  });
});

describeOnPostgres("with encryption a step that fails", () => {
  test("has its error encrypted in the results; its message is in the audit trail, for people and for Rails", async () => {
    const database = await useDatabase(openTestDatabase);
    const template = graphTemplate("a", {
      run: () => {
        throw new PermanentError("the bank said no", { context: { card: SECRET } });
      },
    });
    const { engine } = await startEngine(database, [template], { encryption: KEYS });
    const { taskId } = await engine.submit({ name: "graph", context: {} });
    await engine.settled(taskId);
    await expectCleanAuditTrail(database);
    expect((await readStep(database, taskId, "a")).results).toMatchObject({ $tasker: "enc1" });
    expect(JSON.stringify(await database.query(EVERYTHING))).not.toContain(SECRET);
    expect((await whyTask(database, taskId)).text).toContain("the bank said no");
    const { steps } = await readTaskDetails(database, taskId, { redact: [], encryption: new Encryption(KEYS) });
    expect(steps[0]?.results).toMatchObject({ error: "the bank said no", error_class: "PermanentError" });
  });
});

describeOnPostgres("with encryption a step that another process runs", () => {
  test("reads and stores what only the two of them can read, also while it waits for its owner", async () => {
    const database = await useDatabase(openTestDatabase);
    const gate = makeGate();
    const { taskId, held, wait, end } = await startOwnerAndTaker(database, {
      edges: "a, b -> c",
      both: { encryption: KEYS },
      context: { card: SECRET },
      taker: async (step, task) => {
        if (step.name !== "b") return step.name;
        await gate.promise;
        return { card: task.context.card };
      },
    });
    await wait(async () => (await database.query("select from tasker_step_executions")).length > 0, "the taker");
    gate.open();
    await until(async () => !JSON.stringify(await database.query(EVERYTHING)).includes('"running"'), "its outcome");
    expect(JSON.stringify(await database.query(EVERYTHING))).not.toContain(SECRET);
    held.open("done");
    expect(await end()).toBe("complete");
    expect(JSON.stringify(await database.query(EVERYTHING))).not.toContain(SECRET);
    const { steps } = await readTaskDetails(database, taskId, { redact: [], encryption: new Encryption(KEYS) });
    expect(steps.find(({ name }) => name === "b")?.results).toEqual({ card: SECRET });
  });
});
