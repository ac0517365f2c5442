import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { Story, startSubscriber } from "../event-log/support.ts";
import { graphTemplate, until } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { auditOf, refusalOf, serveTokens } from "./support/serve-tokens.ts";

async function serveSubscriber() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const made = await serveTokens(database, { templates: [graphTemplate("a")] });
  await made.engine.start();
  const story = new Story();
  const options = { name: "mail", events: ["task.completed"], from: "beginning", leaseMs: 900 } as const;
  await startSubscriber(database, { ...options, handle: story.handle });
  const { taskId } = await made.engine.submit({ name: "graph", context: {} });
  await made.engine.settled(taskId);
  await until(() => story.of(taskId).length === 1, "the end of the task");
  const operator = await made.clientOf({ name: "ops", roles: ["operator"] });
  return { ...made, database, story, taskId, operator, params: { subscriber: "mail" } };
}

describeOnPostgres("durable subscribers over HTTP", () => {
  test("are listed with their lag, and set back to be told everything once more by whoever runs them", async () => {
    const { operator, database, story, taskId, params } = await serveSubscriber();
    const { subscribers } = await operator.call(ROUTES.listSubscribers);
    expect(subscribers).toEqual([
      expect.objectContaining({ name: "mail", held: 0, dead_letters: 0, temporary: false, owner: expect.any(String) }),
    ]);
    const body = { from: "beginning", reason: "the mailer lost some" } as const;
    expect(await operator.call(ROUTES.replaySubscriber, { params, body })).toMatchObject({ name: "mail" });
    await until(() => story.of(taskId).length === 2, "the replay");
    expect(story.of(taskId)).toEqual(["task.completed", "task.completed"]);
    expect(await auditOf(database, "tasker.subscriber")).toEqual([
      { action: "subscriber.rewind", id: "mail", kind: "token", source: "rest", reason: "the mailer lost some" },
    ]);
    const ahead = operator.call(ROUTES.replaySubscriber, { params, body: { ...body, from: "2999-01-01T00:00:00Z" } });
    expect(await refusalOf(ahead)).toEqual([400, "TASKER_MALFORMED_REQUEST"]);
  });

  test("are removed with all that is kept for them, by those who may", async () => {
    const { operator, clientOf, database, params } = await serveSubscriber();
    const body = { reason: "of no use" };
    const viewer = await clientOf({ roles: ["viewer"] });
    const limited = await clientOf({ roles: ["operator"], namespaces: ["default"] });
    expect((await viewer.call(ROUTES.getSubscriber, { params })).name).toBe("mail");
    for (const client of [viewer, limited]) {
      expect(await refusalOf(client.call(ROUTES.removeSubscriber, { params, body }))).toEqual([
        403,
        "TASKER_FORBIDDEN",
      ]);
    }
    const replay = limited.call(ROUTES.replaySubscriber, { params, body: { ...body, from: "beginning" } });
    expect(await refusalOf(replay)).toEqual([403, "TASKER_FORBIDDEN"]);
    expect(await refusalOf(limited.call(ROUTES.listSubscribers))).toEqual([403, "TASKER_FORBIDDEN"]);
    expect(await operator.call(ROUTES.removeSubscriber, { params, body })).toEqual(params);
    expect(await refusalOf(operator.call(ROUTES.getSubscriber, { params }))).toEqual([
      404,
      "TASKER_SUBSCRIBER_NOT_FOUND",
    ]);
    expect((await auditOf(database, "tasker.subscriber")).map(({ action }) => action)).toEqual(["subscriber.remove"]);
  });

  test("have their attempts at webhooks listed, newest first, filtered", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    await database.execute(`
      insert into tasker_webhook_deliveries
        (subscriber, event_id, event_name, task_id, url, attempt, delivered, status, error, duration_ms, attempted_at)
      select 'hooks', 'task:' || number, 'task.completed', number, 'https://example.com', 1, number <> 2, 200, null, 7, '2026-01-01'
      from generate_series(1, 3) number`);
    const { clientOf } = await serveTokens(database);
    const viewer = await clientOf({ roles: ["viewer"] });
    const idsOf = async (query: object) => {
      const page = await viewer.call(ROUTES.listWebhookDeliveries, { query });
      return { ids: page.deliveries.map(({ task_id }) => task_id), next: page.next_cursor };
    };
    const first = await idsOf({ limit: 2 });
    expect(first.ids).toEqual([3, 2]);
    expect(await idsOf({ cursor: first.next })).toEqual({ ids: [1], next: null });
    expect((await idsOf({ failed: true })).ids).toEqual([2]);
    expect((await idsOf({ event_id: "task:3" })).ids).toEqual([3]);
    const limited = await clientOf({ roles: ["viewer"], namespaces: ["default"] });
    expect(await refusalOf(limited.call(ROUTES.listWebhookDeliveries))).toEqual([403, "TASKER_FORBIDDEN"]);
  });
});
