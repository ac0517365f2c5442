import { beforeAll, beforeEach, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { RecordConflictError } from "../../../src/errors/index.ts";
import { AnnotationType, NamedTask, Task, TaskAnnotation } from "../../../src/models/index.ts";
import { describeOnPostgres, emptyDatabase, openTestDatabase } from "../../support/test-database.ts";

const AT = new Date("2026-03-01T12:00:00Z");

describeOnPostgres("annotations", () => {
  let database: Database;
  let task_id: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  beforeEach(async () => {
    await emptyDatabase(database);
    const { named_task_id } = await NamedTask.findOrCreateByFullName(database, { name: "t" });
    ({ task_id } = await Task.create(database, { named_task_id, context: [1] }));
  });

  test("have types with unique names, which are found or made", async () => {
    const made = await AnnotationType.create(database, { name: "audit", description: "who did what" }, AT);
    await expect(AnnotationType.create(database, { name: "audit" })).rejects.toBeInstanceOf(RecordConflictError);
    expect(await AnnotationType.findOrCreateByName(database, "audit")).toEqual(made);
    expect((await AnnotationType.findOrCreateByName(database, "Audit")).annotation_type_id).not.toBe(
      made.annotation_type_id,
    );
    await expect(AnnotationType.create(database, { name: "" })).rejects.toMatchObject({
      violations: [{ field: "name", rule: "a text that is not blank" }],
    });
  });

  test.each([[{ a: [1, { b: null }] }], [[1]], ["text"], [7], [false], [null]])("hold %j", async (annotation) => {
    const { annotation_type_id } = await AnnotationType.findOrCreateByName(database, "any");
    const made = await TaskAnnotation.create(database, { task_id, annotation_type_id, annotation }, AT);
    expect(made).toMatchObject({ task_id, annotation_type_id, annotation, created_at: AT });
    expect(await TaskAnnotation.find(database, made.task_annotation_id)).toEqual(made);
    expect(await TaskAnnotation.update(database, made.task_annotation_id, {}, AT)).toEqual(made);
    const changed = await TaskAnnotation.update(database, made.task_annotation_id, { annotation: "new" }, AT);
    expect(changed).toEqual({ ...made, annotation: "new" });
  });

  test("need a task and a type", async () => {
    const { annotation_type_id } = await AnnotationType.findOrCreateByName(database, "any");
    await expect(TaskAnnotation.create(database, { task_id: 99, annotation_type_id })).rejects.toMatchObject({
      violations: [{ field: "task_id", value: "99", rule: "the id of an existing record" }],
    });
    await expect(TaskAnnotation.create(database, { task_id, annotation_type_id: 99 })).rejects.toMatchObject({
      violations: [{ field: "annotation_type_id", value: "99", rule: "the id of an existing record" }],
    });
    const list: object = {};
    await expect(
      TaskAnnotation.create(database, list as Parameters<typeof TaskAnnotation.create>[1]),
    ).rejects.toMatchObject({ violations: [{ field: "task_id" }, { field: "annotation_type_id" }] });
  });

  test("tell the names of their types, and go with their type", async () => {
    const types = await AnnotationType.createMany(database, [{ name: "a" }, { name: "b" }]);
    const [a, b] = types.map((type) => type.annotation_type_id);
    if (a === undefined || b === undefined) throw new Error("two were made");
    const annotations = await TaskAnnotation.createMany(database, [
      { task_id, annotation_type_id: b, annotation: 1 },
      { task_id, annotation_type_id: a, annotation: 2 },
      { task_id, annotation_type_id: a },
    ]);
    const loaded = await TaskAnnotation.loadAnnotationTypes(database, annotations);
    expect(annotations.map((row) => TaskAnnotation.annotationTypeName(row, loaded))).toEqual(["b", "a", "a"]);
    expect(annotations.map((row) => row.annotation)).toEqual([1, 2, null]);
    expect(await AnnotationType.loadTaskAnnotations(database, types)).toEqual(
      new Map([
        [a, annotations.slice(1)],
        [b, annotations.slice(0, 1)],
      ]),
    );
    await AnnotationType.destroy(database, a);
    await expect(AnnotationType.destroy(database, a)).rejects.toMatchObject({ code: "TASKER_RECORD_NOT_FOUND" });
    expect([
      ...(
        await TaskAnnotation.findMany(
          database,
          annotations.map((row) => row.task_annotation_id),
        )
      ).values(),
    ]).toEqual(annotations.slice(0, 1));
  });
});
