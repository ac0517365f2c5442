import { expect, test } from "vitest";
import { expectCleanAuditTrail } from "../support/audit-trail.ts";
import { graphTemplate, makeEngine, startEngine, useDatabase } from "../support/engine-harness.ts";
import { describeEachDatabase, describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const request = { name: "graph", context: { order: 17 } };

describeEachDatabase("requests that are the same", (open) => {
  test("under the strategy hash are one task within a minute of the clock, and another one for another reason", async () => {
    const database = await useDatabase(open);
    const { engine, clock } = await startEngine(
      database,
      [graphTemplate("a"), graphTemplate("a", { version: "2.0.0" })],
      {
        identity: { strategy: "hash" },
      },
    );
    const first = await engine.submit(request);
    expect(first.created).toBe(true);
    expect(await engine.submit(request)).toEqual({ taskId: first.taskId, created: false });
    expect(await engine.submit({ ...request, reason: "again" })).toMatchObject({ created: true });
    expect(await engine.submit({ ...request, version: "1.0.0" })).toMatchObject({ created: true });
    expect(await engine.submit({ ...request, idempotencyKey: "k" })).toMatchObject({ created: true });
    clock.advance(60_000);
    expect(await engine.submit(request)).toMatchObject({ created: true });
    await engine.settled(first.taskId);
    await expectCleanAuditTrail(database);
  });

  test("under a sliding window are one task as long as they are less than it apart", async () => {
    const database = await useDatabase(open);
    const { engine, clock } = makeEngine(database, [graphTemplate("a")], {
      identity: { strategy: "hash", window: { seconds: 60 } },
    });
    const [first, twin, other] = await engine.submitMany([request, request, { ...request, context: { order: 18 } }]);
    expect([first?.created, twin?.created, other?.created]).toEqual([true, false, true]);
    expect(twin?.taskId).toBe(first?.taskId);
    clock.advance(59_999);
    expect(await engine.submit(request)).toEqual({ taskId: first?.taskId, created: false });
    clock.advance(1);
    const later = await engine.submit(request);
    expect(later.created).toBe(true);
    clock.advance(30_000);
    expect(await engine.submit(request)).toEqual({ taskId: later.taskId, created: false });
    const rows = await database.query("select distinct length(identity_hash) as digits from tasker_tasks");
    expect(rows).toEqual([{ digits: 79 }]);
  });
});

describeOnPostgres("the same request from two engines at once", () => {
  test.each([
    ["a minute of the clock", { strategy: "hash" }],
    ["a sliding window", { strategy: "hash", window: { seconds: 5 } }],
  ] as const)("is one task under %s", async (_what, identity) => {
    const database = await useDatabase(openTestDatabase);
    const engines = [1, 2].map(() => makeEngine(database, [graphTemplate("a")], { identity }).engine);
    const requests = Array.from({ length: 20 }, (_, n) => ({ name: "graph", context: { n: n % 10 } }));
    const submits = await Promise.all(
      [0, 1, 2, 3, 4].flatMap((shift) =>
        engines.map((engine) => engine.submitMany([...requests.slice(shift), ...requests.slice(0, shift)])),
      ),
    );
    expect(submits.flat().filter(({ created }) => created)).toHaveLength(10);
    expect(new Set(submits.flat().map(({ taskId }) => taskId))).toHaveLength(10);
    expect(await database.query("select from tasker_tasks")).toHaveLength(10);
  });
});
