import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { graphTemplate, until } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import type { ServeOptions } from "./support/serve.ts";
import { auditOf, refusalOf, serveTokens } from "./support/serve-tokens.ts";

/** Tasks 1 to 3 are of the namespace `default`, 4 and 5 of `payments`. */
async function serveTasks(options: Pick<ServeOptions, "timeoutMs"> = {}) {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const templates = [graphTemplate("a -> b"), graphTemplate("a", { namespace: "payments", name: "charge" })];
  const made = await serveTokens(database, { templates, ...options });
  const graph = { name: "graph", context: {} };
  const charge = { namespace: "payments", name: "charge", context: {} };
  await made.engine.submitMany([graph, graph, graph, charge, charge]);
  return { ...made, database, operator: await made.clientOf({ name: "ops", roles: ["operator"] }) };
}

const REASON = { reason: "a test" };
const idsOf = (results: readonly { readonly task_id: number }[]) => results.map(({ task_id }) => task_id);

describeOnPostgres("actions on many tasks over HTTP", () => {
  test("say which tasks a filter fits, do it to them, the oldest first, and go on where they stopped", async () => {
    const { operator } = await serveTasks();
    const body = { action: "pause", filter: { name: "graph" }, limit: 2, ...REASON } as const;
    const preview = await operator.call(ROUTES.actOnTasks, { body: { ...body, dry_run: true } });
    expect(preview).toMatchObject({ dry_run: true, matched: 2, counts: { done: 0 } });
    expect(preview.results).toEqual([1, 2].map((id) => ({ task_id: id, outcome: "would", code: null, message: null })));
    const first = await operator.call(ROUTES.actOnTasks, { body });
    expect(first).toMatchObject({ matched: 2, counts: { done: 2, already: 0, refused: 0, failed: 0 } });
    expect(first.next_cursor).not.toBeNull();
    const rest = await operator.call(ROUTES.actOnTasks, { body: { ...body, cursor: first.next_cursor ?? "" } });
    expect(rest).toMatchObject({ matched: 1, counts: { done: 1 }, next_cursor: null });
    const again = await operator.call(ROUTES.actOnTasks, { body: { ...body, limit: 10 } });
    expect(again.counts).toEqual({ done: 0, already: 3, refused: 0, failed: 0 });
    expect(again.results[0]).toMatchObject({ task_id: 1, outcome: "already", code: "paused" });
  });

  test("begin nothing more once their time is over", async () => {
    const { database, url, tokenOf } = await serveTasks({ timeoutMs: 300 });
    const { secret } = await tokenOf({ roles: ["operator"] });
    await database.transaction(async (transaction) => {
      await transaction.query("select from tasker_task_runs for update");
      const answer = await fetch(`${url}/v1/tasks/actions`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${secret}` },
        body: JSON.stringify({ action: "pause", all: true, ...REASON }),
      });
      expect(answer.status).toBe(503);
    });
    // Those that had begun, and waited for the rows.
    await until(async () => (await auditOf(database, "tasker.task")).length === 4, "four tasks are paused");
    await new Promise((resolve) => setImmediate(resolve));
    expect(await auditOf(database, "tasker.task")).toHaveLength(4);
  });

  test("say of each task why it was refused", async () => {
    const { operator, engine } = await serveTasks();
    await engine.actions.cancelTask(2, { actor: "test", reason: "test" });
    const body = { action: "retry", filter: { name: "graph" }, ...REASON } as const;
    const { counts, results } = await operator.call(ROUTES.actOnTasks, { body });
    expect(counts).toMatchObject({ done: 0, refused: 1 });
    expect(results[1]).toMatchObject({ task_id: 2, outcome: "refused", code: "task_cancelled" });
  });

  test("concern the tasks that somebody may see and may do this to", async () => {
    const { clientOf, database } = await serveTasks();
    const limited = await clientOf({
      permissions: ["tasker.task:index", "tasker.task:cancel"],
      namespaces: ["payments"],
    });
    const act = (action: "cancel" | "pause", filter: object = {}, client = limited) =>
      client.call(ROUTES.actOnTasks, { body: { action, filter, all: Object.keys(filter).length === 0, ...REASON } });
    expect((await act("cancel", { name: "graph" })).matched).toBe(0);
    expect(await refusalOf(act("pause"))).toEqual([403, "TASKER_FORBIDDEN"]);
    expect(await refusalOf(act("cancel", {}, await clientOf({ permissions: ["tasker.task:cancel"] })))).toEqual([
      403,
      "TASKER_FORBIDDEN",
    ]);
    expect(idsOf((await act("cancel")).results)).toEqual([4, 5]);
    const entries = await auditOf(database, "tasker.task");
    expect(entries.map(({ action, reason }) => [action, reason])).toEqual(Array(2).fill(["task.cancel", "a test"]));
    expect(entries.map(({ id }) => id).sort()).toEqual(["4", "5"]);
  });

  test("refuse what is meant for all by mistake, and what they cannot read", async () => {
    const { operator, url, tokenOf } = await serveTasks();
    const { secret } = await tokenOf({ roles: ["operator"] });
    const send = async (body: unknown, type = "application/json") => {
      const headers = { authorization: `Bearer ${secret}`, "content-type": type };
      const text = typeof body === "string" ? body : JSON.stringify(body);
      return (await fetch(`${url}/v1/tasks/actions`, { method: "POST", headers, body: text })).status;
    };
    const body = { action: "pause", ...REASON };
    expect(await refusalOf(operator.call(ROUTES.actOnTasks, { body: { action: "pause", ...REASON } }))).toEqual([
      400,
      "TASKER_MALFORMED_REQUEST",
    ]);
    for (const wrong of [
      { ...body, all: "yes" },
      { ...body, filter: { nmae: "graph" } },
      { ...body, filter: { parent_task_id: 1e300 } },
      { ...body, filter: { parent_task_id: -1 } },
      { ...body, filter: { annotation_key: "k" } },
      { ...body, all: true, limit: 1_001 },
      { ...body, all: true, action: "destroy" },
      { ...body, all: true, cursor: "nonsense" },
      { action: "pause", all: true },
      "[",
    ]) {
      expect(await send(wrong), JSON.stringify(wrong)).toBe(400);
    }
    expect(await send({ ...body, all: true }, "text/plain")).toBe(415);
    expect(await send({ ...body, filter: { parent_task_id: Number.MAX_SAFE_INTEGER } })).toBe(200);
  });
});
