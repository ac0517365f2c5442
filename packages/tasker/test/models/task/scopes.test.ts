import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { queryBuilder, type Scope, Task } from "../../../src/models/index.ts";
import { STATES } from "../../../src/states/state.ts";
import { describeOnPostgres, emptyDatabase, openTestDatabase } from "../../support/test-database.ts";
import { drawTask, minute, sketch, type TaskSketch } from "./task-world.ts";

type TaskScope = Scope<"tasker_tasks">;

describeOnPostgres("the scopes of tasks", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });

  const select = (scope: TaskScope) =>
    queryBuilder(database).selectFrom("tasker_tasks").select("task_id").where(scope).orderBy("task_id");
  const sqlOf = (scope: TaskScope) => select(scope).compile().sql;

  describe("select tasks", () => {
    beforeEach(() => emptyDatabase(database));

    /** Draws tasks, and tells which of them, by their place, a scope selects. */
    const placesOf = async (scopes: readonly TaskScope[], ...drawn: Partial<TaskSketch>[]) => {
      const ids: number[] = [];
      for (const given of drawn) ids.push((await drawTask(database, sketch(given))).task_id);
      const found = await Promise.all(scopes.map((scope) => select(scope).execute()));
      return found.map((rows) => rows.map((row) => ids.indexOf(row.task_id)));
    };

    test("by an annotation: type and value must be those of one annotation, and no task comes twice", async () => {
      const found = await placesOf(
        [Task.byAnnotation(" audit ", "us;er", "ann"), Task.byAnnotation("audit", "count", 1)],
        {
          annotations: [
            { type: "audit", value: { user: "ann" } },
            { type: "audit", value: { user: "ann", n: 2 } },
          ],
        },
        {
          annotations: [
            { type: "audit", value: { user: "bob" } },
            { type: "other", value: { user: "ann" } },
          ],
        },
        { annotations: [{ type: "audit", value: { count: 1 } }] },
        { annotations: [{ type: "audit", value: { count: "1" } }] },
        {
          annotations: [
            { type: "audit", value: { deep: { user: "ann" } } },
            { type: "audit", value: ["user"] },
          ],
        },
        {
          annotations: [
            { type: "audit", value: null },
            { type: "audit", value: "user" },
          ],
        },
      );
      expect(found).toEqual([[0], [2, 3]]);
      expect(sqlOf(Task.byAnnotation("audit", "user", "ann"))).toMatchInlineSnapshot(
        `"select "task_id" from "tasker_tasks" where exists (select from "tasker_task_annotations" as "annotation" inner join "tasker_annotation_types" as "type" on "type"."annotation_type_id" = "annotation"."annotation_type_id" where "annotation"."task_id" = "tasker_tasks"."task_id" and "type"."name" = $1 and annotation.annotation ->> $2::text = $3) order by "task_id""`,
      );
    });

    test("by their current state: a task without transitions is in none, not even pending", async () => {
      const found = await placesOf(
        [
          Task.byCurrentState("pending"),
          Task.byCurrentState("in_progress"),
          Task.byCurrentState("complete"),
          Task.byCurrentState(),
          Task.byCurrentState(""),
        ],
        { moves: [] },
        { moves: [["pending", 1]] },
        { moves: [["in_progress", 1]] },
        {
          moves: [
            ["in_progress", 1],
            ["complete", 2],
          ],
        },
      );
      expect(found).toEqual([[1], [2], [3], [1, 2, 3], [1, 2, 3]]);
      expect(sqlOf(Task.byCurrentState("complete"))).toMatchInlineSnapshot(
        `"select "task_id" from "tasker_tasks" where exists (select from "tasker_task_transitions" as "last" where "last"."task_id" = "tasker_tasks"."task_id" and not exists (select from "tasker_task_transitions" as "later" where "later"."task_id" = "last"."task_id" and "later"."sort_key" > "last"."sort_key") and "last"."to_state" = $1) order by "task_id""`,
      );
      expect(sqlOf(Task.byCurrentState())).toMatchInlineSnapshot(
        `"select "task_id" from "tasker_tasks" where exists (select from "tasker_task_transitions" as "last" where "last"."task_id" = "tasker_tasks"."task_id") order by "task_id""`,
      );
    });

    test("by their current state: the highest sort key decides, as in the reference", async () => {
      const task = await drawTask(
        database,
        sketch({
          moves: [
            ["in_progress", 1],
            ["error", 2],
          ],
        }),
      );
      await database.query("update tasker_task_transitions set most_recent = false");
      await database.query("update tasker_task_transitions set most_recent = true where sort_key = 10");
      expect(await select(Task.byCurrentState("error")).execute()).toEqual([{ task_id: task.task_id }]);
      expect(await select(Task.failedSince(minute(1))).execute()).toEqual([{ task_id: task.task_id }]);
      expect(await Task.status(database, task)).toBe("in_progress");
    });

    test("created after a moment", async () => {
      expect(await placesOf([Task.createdSince(minute(5))], { created: 4 }, { created: 5 }, { created: 6 })).toEqual([
        [2],
      ]);
      expect(sqlOf(Task.createdSince(minute(5)))).toMatchInlineSnapshot(
        `"select "task_id" from "tasker_tasks" where "tasker_tasks"."created_at" > $1 order by "task_id""`,
      );
    });

    test("of which a step was completed after a moment", async () => {
      const found = await placesOf(
        [Task.completedSince(minute(5))],
        { steps: [[["complete", 5]]] },
        { steps: [[["complete", 6]], [["complete", 7]]] },
        { steps: [[["resolved_manually", 6]]] },
        {
          steps: [
            [
              ["complete", 6],
              ["cancelled", 7],
            ],
          ],
        },
        { moves: [["complete", 6]] },
      );
      expect(found).toEqual([[1]]);
      expect(sqlOf(Task.completedSince(minute(5)))).toMatchInlineSnapshot(
        `"select "task_id" from "tasker_tasks" where exists (select from "tasker_workflow_steps" as "step" inner join "tasker_workflow_step_transitions" as "current" on "current"."workflow_step_id" = "step"."workflow_step_id" where "step"."task_id" = "tasker_tasks"."task_id" and "current"."most_recent" = true and "current"."to_state" = $1 and "current"."created_at" > $2) order by "task_id""`,
      );
    });

    test("that failed after a moment, and are still failed", async () => {
      const found = await placesOf(
        [Task.failedSince(minute(5))],
        { moves: [["error", 5]] },
        { moves: [["error", 6]] },
        {
          moves: [
            ["error", 6],
            ["pending", 7],
          ],
        },
        { steps: [[["error", 6]]] },
      );
      expect(found).toEqual([[1]]);
      expect(sqlOf(Task.failedSince(minute(5)))).toMatchInlineSnapshot(
        `"select "task_id" from "tasker_tasks" where exists (select from "tasker_task_transitions" as "last" where "last"."task_id" = "tasker_tasks"."task_id" and not exists (select from "tasker_task_transitions" as "later" where "later"."task_id" = "last"."task_id" and "later"."sort_key" > "last"."sort_key") and "last"."to_state" = $1 and "last"."created_at" > $2) order by "task_id""`,
      );
    });

    test("that are active: a step has begun and is neither done nor failed", async () => {
      const found = await placesOf(
        [Task.active],
        { steps: [[], []] },
        { steps: [[["complete", 1]], []] },
        { steps: [[["complete", 1]], [["in_progress", 2]]] },
        { steps: [[["error", 1]], [["resolved_manually", 2]]] },
        { steps: [[["cancelled", 1]]] },
        {
          steps: [
            [
              ["in_progress", 1],
              ["complete", 2],
            ],
            [["pending", 1]],
            [["pending", 1]],
          ],
        },
        { moves: [["in_progress", 1]] },
      );
      expect(found).toEqual([[2, 4, 5]]);
      expect(sqlOf(Task.active)).toMatchInlineSnapshot(
        `"select "task_id" from "tasker_tasks" where exists (select from "tasker_workflow_steps" as "step" inner join "tasker_workflow_step_transitions" as "current" on "current"."workflow_step_id" = "step"."workflow_step_id" where "step"."task_id" = "tasker_tasks"."task_id" and "current"."most_recent" = true and "current"."to_state" not in ($1, $2, $3, $4)) order by "task_id""`,
      );
    });

    test("by namespace, name and version", async () => {
      const found = await placesOf(
        [
          Task.inNamespace("a"),
          Task.inNamespace(["a", "b"]),
          Task.inNamespace([]),
          Task.withTaskName("x"),
          Task.withVersion("2.0.0"),
        ],
        { namespace: "a", name: "x", version: "1.0.0" },
        { namespace: "b", name: "x", version: "2.0.0" },
        { namespace: "c", name: "y", version: "2.0.0" },
      );
      expect(found).toEqual([[0], [0, 1], [], [0, 1], [1, 2]]);
      expect(sqlOf(Task.inNamespace("a"))).toMatchInlineSnapshot(
        `"select "task_id" from "tasker_tasks" where "tasker_tasks"."named_task_id" in (select "tasker_named_tasks"."named_task_id" from "tasker_named_tasks" where "tasker_named_tasks"."task_namespace_id" in (select "tasker_task_namespaces"."task_namespace_id" from "tasker_task_namespaces" where "tasker_task_namespaces"."name" = any ($1::varchar[]))) order by "task_id""`,
      );
      expect(sqlOf(Task.withTaskName("x"))).toMatchInlineSnapshot(
        `"select "task_id" from "tasker_tasks" where "tasker_tasks"."named_task_id" in (select "tasker_named_tasks"."named_task_id" from "tasker_named_tasks" where "tasker_named_tasks"."name" = $1) order by "task_id""`,
      );
      expect(sqlOf(Task.withVersion("2.0.0"))).toMatchInlineSnapshot(
        `"select "task_id" from "tasker_tasks" where "tasker_tasks"."named_task_id" in (select "tasker_named_tasks"."named_task_id" from "tasker_named_tasks" where "tasker_named_tasks"."version" = $1) order by "task_id""`,
      );
    });
  });

  describe("combined with and, or and not", () => {
    const move = fc.tuple(fc.constantFrom(...STATES), fc.nat(9));
    const moves = fc.array(move, { maxLength: 3 });
    const values = fc.constantFrom("1", "2");
    const sketches = fc.record({
      name: fc.constantFrom("t", "u"),
      namespace: fc.constantFrom("a", "b", "c"),
      version: fc.constantFrom("1.0.0", "2.0.0"),
      created: fc.nat(9),
      moves,
      steps: fc.array(moves, { maxLength: 3 }),
      annotations: fc.array(
        fc.record({ type: fc.constantFrom("p", "q"), value: fc.record({ k: values, l: values }) }),
        { maxLength: 2 },
      ),
    });

    /** A condition twice: as SQL, and as what it means for a sketch. */
    interface Condition {
      readonly scope: TaskScope;
      readonly holds: (drawn: TaskSketch) => boolean;
    }
    const isAfter = (moment: number) => (found: readonly [string, number] | undefined, state: string) =>
      found !== undefined && found[0] === state && found[1] > moment;

    const simple: fc.Arbitrary<Condition> = fc.oneof(
      fc.constantFrom(...STATES).map((state) => ({
        scope: Task.byCurrentState(state),
        holds: (drawn: TaskSketch) => drawn.moves.at(-1)?.[0] === state,
      })),
      fc.tuple(fc.constantFrom("p", "q"), fc.constantFrom("k", "l"), values).map(([type, key, value]) => ({
        scope: Task.byAnnotation(type, key, value),
        holds: (drawn: TaskSketch) =>
          drawn.annotations.some((one) => one.type === type && Object(one.value)[key] === value),
      })),
      fc.nat(9).chain((moment) =>
        fc.constantFrom<Condition>(
          { scope: Task.createdSince(minute(moment)), holds: (drawn) => drawn.created > moment },
          {
            scope: Task.completedSince(minute(moment)),
            holds: (drawn) => drawn.steps.some((step) => isAfter(moment)(step.at(-1), "complete")),
          },
          {
            scope: Task.failedSince(minute(moment)),
            holds: (drawn) => isAfter(moment)(drawn.moves.at(-1), "error"),
          },
        ),
      ),
      fc.constantFrom<Condition>(
        {
          scope: Task.active,
          holds: (drawn) =>
            drawn.steps.some((step) => ["pending", "in_progress", "cancelled"].includes(step.at(-1)?.[0] ?? "")),
        },
        { scope: Task.byCurrentState(), holds: (drawn) => drawn.moves.length > 0 },
        { scope: Task.withTaskName("t"), holds: (drawn) => drawn.name === "t" },
        { scope: Task.withVersion("2.0.0"), holds: (drawn) => drawn.version === "2.0.0" },
        { scope: Task.inNamespace("a"), holds: (drawn) => drawn.namespace === "a" },
        { scope: Task.inNamespace(["b", "c"]), holds: (drawn) => drawn.namespace !== "a" },
      ),
    );
    const and = ([a, b]: readonly [Condition, Condition]): Condition => ({
      scope: (eb) => eb.and([a.scope(eb), b.scope(eb)]),
      holds: (drawn) => a.holds(drawn) && b.holds(drawn),
    });
    const or = ([a, b]: readonly [Condition, Condition]): Condition => ({
      scope: (eb) => eb.or([a.scope(eb), b.scope(eb)]),
      holds: (drawn) => a.holds(drawn) || b.holds(drawn),
    });
    const not = ({ scope, holds }: Condition): Condition => ({
      scope: (eb) => eb.not(scope(eb)),
      holds: (drawn) => !holds(drawn),
    });
    const { condition } = fc.letrec<{ condition: Condition }>((tie) => {
      const two = fc.tuple(tie("condition"), tie("condition"));
      return { condition: fc.oneof({ maxDepth: 3 }, simple, two.map(and), two.map(or), tie("condition").map(not)) };
    });

    test("they select what the same conditions select in memory", async () => {
      await emptyDatabase(database);
      const world = new Map<number, TaskSketch>();
      for (const drawn of fc.sample(sketches, { numRuns: 25, seed: 1 }))
        world.set((await drawTask(database, drawn)).task_id, drawn);
      await fc.assert(
        fc.asyncProperty(condition, async ({ scope, holds }) => {
          const expected = [...world].filter(([, drawn]) => holds(drawn)).map(([task_id]) => ({ task_id }));
          expect(await select(scope).execute()).toEqual(expected);
        }),
        { numRuns: 100 },
      );
    });
  });
});
