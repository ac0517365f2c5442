import { expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import {
  AnnotationType,
  DependentSystem,
  DependentSystemObjectMap,
  NamedStep,
  NamedTask,
  NamedTasksNamedStep,
  queryBuilder,
  type Scope,
  Task,
  TaskAnnotation,
} from "../../src/models/index.ts";
import { describeEachDatabase } from "../support/test-database.ts";
import { drawTask, minute, sketch } from "./task/task-world.ts";

const AT = new Date("2026-03-01T12:00:00Z");

describeEachDatabase("the models of named tasks, systems and tasks", (open) => {
  const opened = async (work: (database: Database) => Promise<void>) => {
    const database = await open();
    try {
      await work(database);
    } finally {
      await database.close();
    }
  };

  test("systems, named steps, object maps and links", () =>
    opened(async (database) => {
      const system = await DependentSystem.create(database, { name: "crm" }, AT);
      await expect(DependentSystem.create(database, { name: "crm" })).rejects.toMatchObject({
        code: "TASKER_RECORD_CONFLICT",
      });
      const map = await DependentSystemObjectMap.findOrCreate(
        database,
        { system: "crm", id: 1 },
        { system: "erp", id: "x" },
      );
      expect((await DependentSystem.loadObjectMaps(database, [system])).get(system.dependent_system_id)).toEqual([map]);

      const namedTask = await NamedTask.findOrCreateByFullName(database, { name: "order" });
      const template = { name: "pay", dependentSystem: "crm", retryable: true, retryLimit: 2, skippable: false };
      const link = await NamedTasksNamedStep.associateNamedStepWithNamedTask(database, namedTask, template);
      const [namedStep] = await NamedStep.createNamedStepsFromTemplates(database, [template]);
      expect(namedStep).toMatchObject({ named_step_id: link.named_step_id, dependent_system_id: 1 });
      expect(await NamedTasksNamedStep.update(database, link.id, { skippable: true })).toMatchObject({
        skippable: true,
      });
      await expect(DependentSystem.destroy(database, 1)).rejects.toMatchObject({ code: "TASKER_RECORD_IN_USE" });
      await DependentSystemObjectMap.destroy(database, map.dependent_system_object_map_id);
      await NamedTasksNamedStep.destroy(database, link.id);
      await NamedStep.destroy(database, link.named_step_id);
      await DependentSystem.destroy(database, 1);
      await expect(DependentSystem.find(database, 1)).rejects.toMatchObject({ code: "TASKER_RECORD_NOT_FOUND" });
    }));

  test("named tasks: configuration and versions", () =>
    opened(async (database) => {
      for (const version of ["1.9.0", "1.10.0"]) {
        await NamedTask.findOrCreateByFullName(database, { namespace: "a", name: "order", version });
      }
      const latest = await NamedTask.findLatestVersion(database, "a", "order");
      expect(latest).toMatchObject({ version: "1.10.0", configuration: "{}" });
      const key = latest?.named_task_id ?? 0;
      await NamedTask.updateConfig(database, key, { api: { url: "u" }, concurrent: false });
      const changed = await NamedTask.updateConfig(database, key, { api: { limit: 1 } });
      expect(NamedTask.config(changed)).toEqual({ api: { url: "u", limit: 1 }, concurrent: false });
      expect(NamedTask.isConcurrent(changed)).toBe(false);
      const query = queryBuilder(database)
        .selectFrom("tasker_named_tasks")
        .select("version")
        .where(NamedTask.latestVersions)
        .where(NamedTask.inNamespace(["a", "b"]));
      expect(await query.execute()).toEqual([{ version: "1.10.0" }]);
      await NamedTask.destroy(database, key);
    }));

  test("tasks and annotations: records, scopes, associations, deletion", () =>
    opened(async (database) => {
      const task = await Task.createWithDefaults(database, { name: "plain", context: { a: 1 } }, AT, "hash");
      await expect(
        Task.createWithDefaults(database, { name: "plain", context: { a: 1 } }, AT, "hash"),
      ).rejects.toMatchObject({ code: "TASKER_RECORD_CONFLICT" });
      expect(await Task.update(database, task.task_id, { tags: ["x"] }, AT)).toEqual({ ...task, tags: ["x"] });

      const drawn = await drawTask(
        database,
        sketch({
          namespace: "n",
          name: "drawn",
          version: "1.0.0",
          created: 1,
          moves: [
            ["in_progress", 2],
            ["error", 3],
          ],
          steps: [[["complete", 2]], [["in_progress", 2]]],
          annotations: [{ type: "audit", value: { user: "ann" } }],
        }),
      );
      const scopes: Scope<"tasker_tasks">[] = [
        Task.byAnnotation("audit", "user", "ann"),
        Task.byCurrentState("error"),
        Task.createdSince(minute(0)),
        Task.completedSince(minute(1)),
        Task.failedSince(minute(2)),
        Task.active,
        Task.inNamespace("n"),
        Task.withTaskName("drawn"),
        Task.withVersion("1.0.0"),
      ];
      const query = queryBuilder(database).selectFrom("tasker_tasks").select("task_id");
      expect(await query.where((eb) => eb.and(scopes.map((scope) => scope(eb)))).execute()).toEqual([
        { task_id: drawn.task_id },
      ]);
      expect(await Task.uniqueTaskTypesCount(database, query)).toBe(2);
      expect(await Task.loadStatuses(database, [task, drawn])).toEqual(
        new Map([
          [task.task_id, "pending"],
          [drawn.task_id, "error"],
        ]),
      );
      const [associated] = await Task.loadAssociated(database, [drawn]);
      expect(associated?.steps.map(({ namedStep, parents }) => [namedStep.name, parents.length])).toEqual([
        ["s0", 0],
        ["s1", 1],
      ]);
      const [annotation] = associated?.annotations ?? [];
      expect(annotation?.type.name).toBe("audit");
      const annotationKey = annotation?.annotation.task_annotation_id ?? 0;
      expect(await TaskAnnotation.update(database, annotationKey, { annotation: [1] })).toMatchObject({
        annotation: [1],
      });
      await AnnotationType.destroy(database, annotation?.type.annotation_type_id ?? 0);
      await expect(TaskAnnotation.find(database, annotationKey)).rejects.toMatchObject({
        code: "TASKER_RECORD_NOT_FOUND",
      });
      await Task.destroy(database, drawn.task_id);
      expect(await query.execute()).toEqual([{ task_id: task.task_id }]);
    }));
});
