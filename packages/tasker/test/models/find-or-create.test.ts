import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { InvalidRecordError } from "../../src/errors/index.ts";
import {
  AnnotationType,
  DependentSystem,
  DependentSystemObjectMap,
  NamedTask,
  TaskNamespace,
} from "../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const TABLES = [
  "tasker_task_namespaces",
  "tasker_named_tasks",
  "tasker_dependent_systems",
  "tasker_annotation_types",
  "tasker_dependent_system_object_maps",
];

describeOnPostgres("finding a record by a name, or making it", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const good = { system: "good", id: 1 };

  test.each([
    ["U+0000", "a\u0000", "a text without U+0000 and halves of surrogate pairs"],
    ["a blank text", " ", "a text that is not blank"],
    ["65 characters", "n".repeat(65), "at most 64 characters"],
  ])("refuses %s before it looks, inside a transaction that goes on, and writes nothing", async (_, name, rule) => {
    await database.transaction(async (transaction) => {
      for (const ask of [
        () => TaskNamespace.findOrCreateByName(transaction, name),
        () => DependentSystem.findOrCreateByName(transaction, name),
        () => AnnotationType.findOrCreateByName(transaction, name),
        () => NamedTask.findOrCreateByFullName(transaction, { name }),
        () => NamedTask.findOrCreateByFullName(transaction, { name: "fine", namespace: name }),
        () => DependentSystemObjectMap.findOrCreate(transaction, good, { system: name, id: 2 }),
        () => DependentSystemObjectMap.findOrCreate(transaction, { system: name, id: 2 }, good),
      ]) {
        const refused = ask();
        await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
        await expect(refused).rejects.toMatchObject({ violations: [{ field: "name", rule }] });
      }
    });
    for (const table of TABLES) expect(await database.query(`select * from ${table}`)).toEqual([]);
  });
});
