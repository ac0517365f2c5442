import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { InvalidRecordError, RecordNotFoundError } from "../../../src/errors/index.ts";
import type { JsonObject, JsonValue } from "../../../src/json/json-value.ts";
import { NamedTask, TaskNamespace } from "../../../src/models/index.ts";
import { config, isConcurrent } from "../../../src/models/named-task/configuration.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { untilBlocked } from "../until-blocked.ts";

describe("the configuration of a named task", () => {
  test.each([
    ["{}"],
    ['{"concurrent":false}'],
    [null],
    [[1]],
    [7],
  ])("is an empty object where the column holds %j", (configuration) => {
    expect(config({ configuration })).toEqual({});
    expect(isConcurrent({ configuration })).toBe(true);
  });

  test.each([
    [{}, true],
    [{ concurrent: true }, true],
    [{ concurrent: false }, false],
    [{ concurrent: null }, false],
  ])("%j is concurrent: %j", (configuration, expected) => {
    expect(config({ configuration })).toEqual(configuration);
    expect(isConcurrent({ configuration })).toBe(expected);
  });
});

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The rule: objects merge, anything else replaces. */
function deepMerge(into: JsonValue | undefined, changes: JsonValue): JsonValue {
  if (!isObject(changes)) return changes;
  const base = isObject(into) ? into : {};
  const merged = new Map(Object.entries(base));
  for (const [name, value] of Object.entries(changes)) merged.set(name, deepMerge(merged.get(name), value));
  return Object.fromEntries(merged);
}

const { configuration } = fc.letrec<{ value: JsonValue; configuration: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<JsonValue>(null, 0, "", "a", 1.5, true, [], [{ a: 1 }]),
    tie("configuration"),
  ),
  configuration: fc.dictionary(fc.constantFrom("a", "b", "0", "-1", ""), tie("value"), { maxKeys: 3 }),
}));

describeOnPostgres("updating the configuration", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    await TaskNamespace.findOrCreateDefault(database);
    return () => database.close();
  });

  test("merges objects at every depth and replaces all else", async () => {
    const at = new Date("2026-03-02T12:00:00Z");
    const { named_task_id } = await NamedTask.create(database, {
      name: "merged",
      configuration: { kept: 1, api: { url: "u", retry: { limit: 3 } }, list: [1, 2] },
    });
    const changed = await NamedTask.updateConfig(
      database,
      named_task_id,
      { api: { retry: { delay: 1 }, url: { base: "b" } }, list: [3], empty: {} },
      at,
    );
    expect(changed.updated_at).toEqual(at);
    expect(changed.configuration).toEqual({
      kept: 1,
      api: { url: { base: "b" }, retry: { limit: 3, delay: 1 } },
      list: [3],
      empty: {},
    });
    expect(await NamedTask.find(database, named_task_id)).toEqual(changed);
  });

  test("follows the rule for any two configurations, from whatever the column holds", async () => {
    const { named_task_id } = await NamedTask.create(database, { name: "any" });
    const column = fc.oneof(configuration, fc.constantFrom<JsonValue>("{}", [1], 7));
    await fc.assert(
      fc.asyncProperty(fc.option(column), configuration, async (before, changes) => {
        await database.query("update tasker_named_tasks set configuration = $2::jsonb where named_task_id = $1", [
          named_task_id,
          before === null ? null : JSON.stringify(before),
        ]);
        const changed = await NamedTask.updateConfig(database, named_task_id, changes);
        expect(changed.configuration).toEqual(deepMerge(isObject(before ?? undefined) ? (before ?? {}) : {}, changes));
      }),
      { numRuns: 100 },
    );
  });

  test("keeps numbers that a JavaScript number cannot hold", async () => {
    const { named_task_id } = await NamedTask.create(database, { name: "exact" });
    await database.query(`update tasker_named_tasks set configuration = '{"big": 12345678901234567890}'
      where named_task_id = ${named_task_id}`);
    await NamedTask.updateConfig(database, named_task_id, { other: 1 });
    expect(
      await database.query(`select configuration ->> 'big' as big from tasker_named_tasks
        where named_task_id = ${named_task_id}`),
    ).toEqual([{ big: "12345678901234567890" }]);
  });

  test("at the same time loses nothing", async () => {
    const { named_task_id } = await NamedTask.create(database, { name: "shared" });
    const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key) => NamedTask.updateConfig(database, named_task_id, { at: { [key]: 1 } })));
    const { configuration } = await NamedTask.find(database, named_task_id);
    expect(configuration).toEqual({ at: Object.fromEntries(keys.map((key) => [key, 1])) });
  });

  test("waits for an update in an open transaction and then changes what that has written", async () => {
    const { named_task_id } = await NamedTask.create(database, { name: "waiting" });
    let second: Promise<unknown> = Promise.resolve();
    await database.transaction(async (transaction) => {
      await NamedTask.updateConfig(transaction, named_task_id, { first: { a: 1 } });
      second = NamedTask.updateConfig(database, named_task_id, { first: { b: 2 } });
      await untilBlocked(transaction, second);
    });
    expect(await second).toMatchObject({ configuration: { first: { a: 1, b: 2 } } });
  });

  test("refuses what is no object, and a named task that is not there", async () => {
    const { named_task_id } = await NamedTask.create(database, { name: "refusing" });
    const list: object = [1];
    const refused = NamedTask.updateConfig(database, named_task_id, list as JsonObject);
    await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(refused).rejects.toMatchObject({ violations: [{ field: "configuration", rule: "a JSON object" }] });
    await expect(NamedTask.updateConfig(database, 2 ** 40, {})).rejects.toBeInstanceOf(RecordNotFoundError);
  });
});
