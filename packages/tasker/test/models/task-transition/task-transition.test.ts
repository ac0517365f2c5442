import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { InvalidRecordError, RecordConflictError, RecordNotFoundError } from "../../../src/errors/index.ts";
import { queryBuilder, type Scope, TaskTransition } from "../../../src/models/index.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";
import { BLANK_METADATA, INVALID_TRANSITIONS } from "../support/invalid-transitions.ts";
import { seedTask } from "../support/seed-task.ts";

const AT = new Date("2026-03-02T12:00:00Z");
const after = (seconds: number) => new Date(AT.getTime() + seconds * 1000);

describeOnPostgres("TaskTransition", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    return () => database.close();
  });
  const query = (scope: Scope<"tasker_task_transitions">) =>
    queryBuilder(database).selectFrom("tasker_task_transitions").where(scope).selectAll();

  test("is created, read, changed and deleted", async () => {
    const { taskId } = await seedTask(database, "a");
    const made = await TaskTransition.create(
      database,
      { task_id: taskId, to_state: "error", from_state: "in_progress", metadata: { a: 1 }, sort_key: 3 },
      AT,
    );
    expect(made).toEqual({
      id: made.id,
      task_id: taskId,
      to_state: "error",
      from_state: "in_progress",
      metadata: { a: 1 },
      sort_key: 3,
      most_recent: true,
      created_at: AT,
      updated_at: AT,
    });
    expect(await TaskTransition.find(database, made.id)).toEqual(made);
    const changed = await TaskTransition.update(database, made.id, { most_recent: false }, after(1));
    expect(changed).toEqual({ ...made, most_recent: false, updated_at: after(1) });
    expect(await TaskTransition.update(database, made.id, { metadata: [] })).toMatchObject({
      metadata: {},
      sort_key: 3,
    });
    await TaskTransition.destroy(database, made.id);
    await expect(TaskTransition.find(database, made.id)).rejects.toBeInstanceOf(RecordNotFoundError);
  });

  test.each(INVALID_TRANSITIONS)("refuses %j and names field and rule", async (wrong, field, rule) => {
    const { taskId } = await seedTask(database, "a");
    const given = { task_id: taskId, to_state: "pending", sort_key: 1, ...wrong } as const;
    const refused = TaskTransition.create(database, given as Parameters<typeof TaskTransition.create>[1]);
    await expect(refused).rejects.toBeInstanceOf(InvalidRecordError);
    await expect(refused).rejects.toMatchObject({ violations: [{ field, rule }] });
  });

  test("blank metadata become an empty object, an empty state before none", async () => {
    const { taskId } = await seedTask(database, "a");
    const made = await TaskTransition.createMany(
      database,
      BLANK_METADATA.map((metadata, sort_key) => ({
        task_id: taskId,
        to_state: "pending",
        from_state: "",
        most_recent: false,
        sort_key,
        metadata,
      })),
    );
    for (const row of made) expect(row).toMatchObject({ metadata: {}, from_state: null });
  });

  test("has a sort key, and a current row, once for each task, which must exist", async () => {
    const { taskId } = await seedTask(database, "a");
    const make = (sort_key: number, most_recent: boolean, task_id = taskId) =>
      TaskTransition.create(database, { task_id, to_state: "pending", sort_key, most_recent });
    await make(1, true);
    await expect(make(1, false)).rejects.toBeInstanceOf(RecordConflictError);
    await expect(make(1, false)).rejects.toMatchObject({
      context: { fields: ["task_id", "sort_key"], values: [taskId, 1] },
    });
    await expect(make(2, true)).rejects.toMatchObject({ context: { fields: ["task_id", "most_recent"] } });
    await expect(make(1, true, 999_999)).rejects.toMatchObject({
      violations: [{ field: "task_id", value: "999999", rule: "the id of an existing record" }],
    });
  });

  test("the trail of a task: order, last move to a state, durations, and what people read", async () => {
    const { taskId } = await seedTask(database, "a");
    const other = await seedTask(database, "a");
    for (const [state, seconds] of [
      ["in_progress", 0],
      ["pending", 2.5],
      ["in_progress", 4],
      ["cancelled", 60],
    ] as const) {
      await TaskTransition.append(database, taskId, state, { by: state }, after(seconds));
    }
    await TaskTransition.append(database, other.taskId, "in_progress", {}, after(1));
    const rows = await TaskTransition.history(database, taskId);
    expect(rows.map((row) => row.to_state)).toEqual(["in_progress", "pending", "in_progress", "cancelled"]);
    const recent = await TaskTransition.recent(query(TaskTransition.forTask(taskId))).execute();
    expect(recent).toEqual(rows.toReversed());
    const last = await TaskTransition.mostRecentToState(database, "in_progress", TaskTransition.forTask(taskId));
    expect(last).toEqual(rows[2]);
    expect(await TaskTransition.mostRecentToState(database, "resolved_manually")).toBeUndefined();
    const durations = await TaskTransition.loadDurationsSincePrevious(database, rows.slice(1).toReversed());
    expect(durations).toEqual(
      new Map([
        [rows[1]?.id, 2.5],
        [rows[2]?.id, 1.5],
        [rows[3]?.id, 56],
      ]),
    );
    expect(
      (await TaskTransition.loadDurationsSincePrevious(database, rows.slice(0, 1))).get(rows[0]?.id ?? 0),
    ).toBeNull();
    const [first] = rows;
    expect(first && TaskTransition.formattedMetadata(first, null)).toEqual({
      by: "in_progress",
      duration_since_previous: null,
      transition_description: "The task has started",
      transition_timestamp: "2026-03-02T12:00:00Z",
    });
    expect((await TaskTransition.loadTasks(database, rows)).get(taskId)).toMatchObject({ task_id: taskId });
    expect((await TaskTransition.loadHistories(database, [other.taskId])).get(other.taskId)).toHaveLength(1);
  });

  test("statistics of all transitions, or of a scope", async () => {
    const fresh = await openTestDatabase();
    const nothing = { total_transitions: 0, states: {}, recent_activity: 0, average_time_between_transitions: null };
    expect(await TaskTransition.statistics(fresh)).toEqual(nothing);
    const one = await seedTask(fresh, "a");
    const two = await seedTask(fresh, "a");
    const day = 86_400;
    await TaskTransition.append(fresh, one.taskId, "in_progress", {}, after(-2 * day));
    await TaskTransition.append(fresh, one.taskId, "error", {}, after(-day));
    await TaskTransition.append(fresh, two.taskId, "in_progress", {}, after(-day + 1));
    expect(await TaskTransition.statistics(fresh, { now: AT })).toEqual({
      total_transitions: 3,
      states: { error: 1, in_progress: 2 },
      recent_activity: 1,
      average_time_between_transitions: (day + 1) / 2,
    });
    expect(await TaskTransition.statistics(fresh, { where: TaskTransition.forTask(two.taskId), now: AT })).toEqual({
      total_transitions: 1,
      states: { in_progress: 1 },
      recent_activity: 1,
      average_time_between_transitions: null,
    });
    await fresh.close();
  });

  test("the scopes' SQL", () => {
    const compiled = (scope: Scope<"tasker_task_transitions">) => query(scope).compile().sql;
    expect(compiled(TaskTransition.toState("error"))).toMatchInlineSnapshot(
      `"select * from "tasker_task_transitions" where "tasker_task_transitions"."to_state" = $1"`,
    );
    expect(compiled(TaskTransition.withMetadataKey("k"))).toMatchInlineSnapshot(
      `"select * from "tasker_task_transitions" where "tasker_task_transitions"."metadata" -> $1::text is not null"`,
    );
    expect(compiled(TaskTransition.withMetadataValue("k", 1))).toMatchInlineSnapshot(
      `"select * from "tasker_task_transitions" where "tasker_task_transitions"."metadata" -> $1::text is not distinct from $2::jsonb"`,
    );
    expect(compiled(TaskTransition.inTimeRange(AT, AT))).toMatchInlineSnapshot(
      `"select * from "tasker_task_transitions" where "tasker_task_transitions"."created_at" between $1 and $2"`,
    );
    expect(compiled(TaskTransition.forTask(1))).toMatchInlineSnapshot(
      `"select * from "tasker_task_transitions" where "tasker_task_transitions"."task_id" = $1"`,
    );
    const ordered = TaskTransition.recent(query(TaskTransition.forTask(1)));
    expect(ordered.compile().sql).toMatchInlineSnapshot(
      `"select * from "tasker_task_transitions" where "tasker_task_transitions"."task_id" = $1 order by "tasker_task_transitions"."sort_key" desc"`,
    );
  });
});
