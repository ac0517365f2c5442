import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { auditOf, refusalOf, serveTokens } from "./support/serve-tokens.ts";
import { writeLetters } from "./support/write-letters.ts";

async function serveLetters() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  await writeLetters(database);
  const made = await serveTokens(database);
  const client = await made.clientOf({ name: "ops", permissions: ["tasker.dead_letter:*"] });
  const idsOf = async (query: { subscriber?: string; limit?: number; cursor?: string } = {}) => {
    const page = await client.call(ROUTES.listDeadLetters, { query });
    return { ids: page.dead_letters.map((letter) => letter.dead_letter_id), next: page.next_cursor };
  };
  return { ...made, database, client, idsOf };
}

describeOnPostgres("dead letters over HTTP", () => {
  test("are listed page by page, filtered, and shown with their events", async () => {
    const { client, idsOf } = await serveLetters();
    const first = await idsOf({ limit: 2 });
    expect(first).toEqual({ ids: [1, 2], next: expect.any(String) });
    expect(await idsOf({ limit: 2, cursor: first.next ?? "" })).toEqual({ ids: [3], next: null });
    expect((await idsOf({ subscriber: "billing" })).ids).toEqual([1, 3]);
    expect(await client.call(ROUTES.getDeadLetter, { params: { dead_letter_id: 2 } })).toMatchObject({
      dead_letter_id: 2,
      subscriber: "mail",
      attempts: 10,
      error: { message: "no" },
      event: { id: "task:2:3", occurred_at: "2026-01-01T00:00:00.000Z", task_id: 2, payload: { a: 1 } },
    });
    const nowhere = { params: { dead_letter_id: 9 } };
    expect(await refusalOf(client.call(ROUTES.getDeadLetter, nowhere))).toEqual([404, "TASKER_DEAD_LETTER_NOT_FOUND"]);
  });

  test("are given to their subscribers once more, or discarded, which stands in the audit log", async () => {
    const { client, database, idsOf } = await serveLetters();
    const body = { reason: "mended" };
    await client.call(ROUTES.retryDeadLetter, { params: { dead_letter_id: 1 }, body });
    await client.call(ROUTES.discardDeadLetter, { params: { dead_letter_id: 2 }, body });
    expect((await idsOf()).ids).toEqual([3]);
    const kept = await database.query("select task_id::int, attempts from tasker_event_deliveries");
    expect(kept).toEqual([{ task_id: 1, attempts: 0 }]);
    const again = client.call(ROUTES.retryDeadLetter, { params: { dead_letter_id: 1 }, body });
    expect(await refusalOf(again)).toEqual([404, "TASKER_DEAD_LETTER_NOT_FOUND"]);
    const facts = { kind: "token", source: "rest", reason: "mended" };
    expect(await auditOf(database, "tasker.dead_letter")).toEqual([
      { action: "dead_letter.retry", id: "1", ...facts },
      { action: "dead_letter.discard", id: "2", ...facts },
    ]);
  });

  test("are acted on by a filter, with a dry run before; without a filter only if all are meant", async () => {
    const { client, database, idsOf } = await serveLetters();
    const act = (body: object) =>
      client.call(ROUTES.actOnDeadLetters, { body: { action: "discard", reason: "old", ...body } });
    const filter = { subscriber: "billing" };
    const found = { action: "discard", dead_letter_ids: [1, 3], more: false };
    expect(await act({ filter, dry_run: true })).toEqual({ ...found, dry_run: true });
    expect((await idsOf()).ids).toEqual([1, 2, 3]);
    expect(await act({ filter, limit: 1 })).toMatchObject({ dead_letter_ids: [1], more: true });
    expect(await refusalOf(act({}))).toEqual([400, "TASKER_MALFORMED_REQUEST"]);
    expect(await refusalOf(act({ filter, all: true }))).toEqual([400, "TASKER_MALFORMED_REQUEST"]);
    expect(await act({ all: true })).toMatchObject({ dead_letter_ids: [2, 3], more: false });
    expect((await auditOf(database, "tasker.dead_letter")).map(({ id }) => id)).toEqual(["1", "2", "3"]);
  });

  test("are for those who may see all namespaces, and are changed by those who may change them", async () => {
    const { clientOf } = await serveLetters();
    const limited = await clientOf({ permissions: ["tasker.dead_letter:*"], namespaces: ["default"] });
    expect(await refusalOf(limited.call(ROUTES.listDeadLetters))).toEqual([403, "TASKER_FORBIDDEN"]);
    const viewer = await clientOf({ roles: ["viewer"] });
    expect((await viewer.call(ROUTES.listDeadLetters)).dead_letters).toHaveLength(3);
    const params = { dead_letter_id: 1 };
    const body = { reason: "r" };
    for (const route of [ROUTES.retryDeadLetter, ROUTES.discardDeadLetter]) {
      expect(await refusalOf(viewer.call(route, { params, body }))).toEqual([403, "TASKER_FORBIDDEN"]);
    }
    const bulk = viewer.call(ROUTES.actOnDeadLetters, { body: { action: "retry", all: true, reason: "r" } });
    expect(await refusalOf(bulk)).toEqual([403, "TASKER_FORBIDDEN"]);
  });
});
