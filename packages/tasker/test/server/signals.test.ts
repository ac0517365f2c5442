import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { auditOf, refusalOf, serveTokens } from "./support/serve-tokens.ts";

async function serveTask() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serveTokens(database, { templates: [graphTemplate("a")] });
  const { taskId } = await made.engine.submit({ name: "graph", context: {} });
  const operator = await made.clientOf({ name: "ops", roles: ["operator"] });
  return { ...made, database, operator, params: { task_id: taskId } };
}

describeOnPostgres("signals over HTTP", () => {
  test("are sent once for an idempotency key, with who sent them, and stand in the audit log", async () => {
    const { operator, database, params } = await serveTask();
    const send = (body: { name: string; payload?: number; sender?: string }, key: string) =>
      operator.call(ROUTES.sendSignal, { params, body, headers: { "idempotency-key": key } });
    expect(await send({ name: "paid", payload: 3 }, "k")).toEqual({ signal_id: 1, created: true });
    expect(await send({ name: "paid", payload: 3 }, "k")).toEqual({ signal_id: 1, created: false });
    expect(await send({ name: "sent", sender: "carrier" }, "l")).toMatchObject({ created: true });
    const page = await operator.call(ROUTES.listSignals, { params, query: { limit: 1 } });
    expect(page.signals).toEqual([
      {
        ...{ signal_id: 1, name: "paid", payload: 3, sender: "ops", received_at: expect.any(String) },
        ...{ consumed_at: null, consumed_by_step_id: null },
      },
    ]);
    const query = { limit: 1, cursor: page.next_cursor ?? "", waiting: true };
    expect(await operator.call(ROUTES.listSignals, { params, query })).toMatchObject({
      signals: [{ name: "sent", payload: null, sender: "carrier" }],
      next_cursor: null,
    });
    const audit = await auditOf(database, "tasker.task");
    expect(audit.map(({ action, id, source }) => [action, id, source])).toEqual([
      ["task.signal", "1", "rest"],
      ["task.signal", "1", "rest"],
    ]);
  });

  test("are refused by a task that is over, and for those who may not", async () => {
    const { operator, clientOf, engine, params } = await serveTask();
    const body = { name: "paid" };
    const viewer = await clientOf({ roles: ["viewer"] });
    const elsewhere = await clientOf({ roles: ["operator"], namespaces: ["payments"] });
    expect(await refusalOf(viewer.call(ROUTES.sendSignal, { params, body }))).toEqual([403, "TASKER_FORBIDDEN"]);
    for (const route of [ROUTES.sendSignal, ROUTES.listSignals]) {
      const there = elsewhere.send(route, { params, ...(route.method === "POST" ? { body } : {}) });
      expect((await there).status).toBe(404);
    }
    const long = operator.call(ROUTES.sendSignal, { params, body, headers: { "idempotency-key": "k".repeat(256) } });
    expect(await refusalOf(long)).toEqual([400, "TASKER_MALFORMED_REQUEST"]);
    await engine.actions.cancelTask(params.task_id, { actor: "test", reason: "test" });
    const refused = operator.call(ROUTES.sendSignal, { params, body });
    expect(await refusalOf(refused)).toEqual([409, "TASKER_SIGNAL_REFUSED"]);
  });
});
