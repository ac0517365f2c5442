import { afterAll, beforeAll, expect, test } from "vitest";
import { TaskActions } from "../../../src/actions/task-actions.ts";
import { listAudit } from "../../../src/auth/audit/list-audit.ts";
import { recordAudit } from "../../../src/auth/audit/record-audit.ts";
import type { Database } from "../../../src/database/database.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";
import { createTestEngine } from "../../../src/testing/run/test-engine.ts";
import { graphTemplate } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const note = { actor: "ada", reason: "asked for" };
const at = new Date("2027-03-01T10:00:00.000Z");

describeOnPostgres("the audit log", () => {
  let database: Database;
  let taskId: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    const { engine } = createTestEngine({ database, templates: [graphTemplate("a -> b")] });
    taskId = (await engine.submit({ name: "graph", context: {} })).taskId;
    await engine.stop();
  });
  afterAll(() => database.close());

  const actions = (of: Pick<Database, "run" | "execute" | "query"> = database) =>
    new TaskActions({ database: of, clock: new ManualClock(at.getTime()) });

  test("has a row of every action of an operator that was done: who, what, when, from where", async () => {
    const origin = { actorKind: "token", source: "rest", address: "192.0.2.7", requestId: "req-1" } as const;
    await actions().pauseTask(taskId, { ...note, origin });
    await actions().resumeTask(taskId, note);
    await actions().editStep({ taskId, step: "a" }, { retryLimit: 7 }, note);
    const [edited, resumed, paused] = await listAudit(database, { limit: 3 });
    expect(paused).toEqual({
      id: expect.any(Number),
      at,
      actor: "ada",
      actorKind: "token",
      source: "rest",
      address: "192.0.2.7",
      action: "task.pause",
      resource: "tasker.task",
      resourceId: String(taskId),
      namespace: "default",
      requestId: "req-1",
      details: { task_id: taskId, reason: "asked for" },
    });
    expect(resumed).toMatchObject({ action: "task.resume", actorKind: "system", source: "library", address: null });
    expect(edited).toMatchObject({
      action: "step.edit",
      resource: "tasker.workflow_step",
      details: { task_id: taskId, step_name: "a", step_id: Number(edited?.resourceId), reason: "asked for" },
    });
  });

  test("has none of an action that changed nothing, nor of one that is rolled back", async () => {
    const before = await listAudit(database);
    expect(await actions().resumeTask(taskId, note)).toMatchObject({ outcome: "already" });
    expect(await actions().resolveTask(taskId, note)).toMatchObject({ outcome: "refused" });
    const undone = database.transaction(async (transaction) => {
      expect(await actions(transaction).pauseTask(taskId, note)).toMatchObject({ outcome: "done" });
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    expect(await listAudit(database)).toEqual(before);
  });

  test("names the task that a re-run made", async () => {
    await actions().cancelTask(taskId, note);
    const result = await actions().rerunTask({ taskId, step: "a" }, note);
    const [record] = await listAudit(database, { action: "task.rerun" });
    expect(record).toMatchObject({
      resourceId: String(taskId),
      details: { new_task_id: result.outcome === "done" ? result.newTaskId : null },
    });
  });

  test("takes any number of entries with one statement, cuts what is too long, and is read by what is asked for", async () => {
    const entry = { at, actor: "grace", actorKind: "user", source: "rest", resource: "tasker.token" } as const;
    await recordAudit(
      database,
      { ...entry, action: "token.create", resourceId: 1, namespace: "payments", details: { name: "ci" } },
      { ...entry, action: "token.revoke", resourceId: 1, namespace: "inventory", address: "a".repeat(999) },
    );
    const found = await listAudit(database, { actor: "grace" });
    expect(found.map(({ action }) => action)).toEqual(["token.revoke", "token.create"]);
    expect(found[0]?.address).toHaveLength(255);
    const names = async (filter: object) => (await listAudit(database, filter)).map(({ action }) => action);
    expect(await names({ action: "token.*" })).toHaveLength(2);
    expect(await names({ action: "token.*", namespaces: ["payments"] })).toEqual(["token.create"]);
    expect(await names({ action: "token.*", namespaces: [] })).toEqual([]);
    expect(await names({ action: "token%" })).toEqual([]);
    expect(await names({ resource: "tasker.token", resourceId: "2" })).toEqual([]);
    expect(await names({ resource: "tasker.token", before: found[0]?.id })).toEqual(["token.create"]);
    expect(await names({ since: new Date(at.getTime() + 1), actor: "grace" })).toEqual([]);
    await expect(
      recordAudit(database, { ...entry, action: "x", details: { text: "y".repeat(70_000) } }),
    ).rejects.toThrow("an entry of the audit log has");
  });
});
