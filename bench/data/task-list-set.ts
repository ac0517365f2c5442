import type { Database } from "tasker";
import { type BulkState, generateTasks, linear, type Share } from "tasker/testing";

/** Steps of each task of the set. */
export const LISTED_STEPS = 3;

/** Namespaces with two templates each; the last one has a ten-thousandth of the tasks. */
const NAMESPACES = 20;

const DAY_MS = 86_400_000;

/** As a database looks that has been in use: nearly all is done. */
const STATES: readonly Share<BulkState>[] = [
  { item: "complete", share: 0.93 },
  { item: "pending", share: 0.03 },
  { item: "in_progress", share: 0.01 },
  { item: "waiting", share: 0.01 },
  { item: "error", share: 0.015 },
  { item: "cancelled", share: 0.005 },
];

/** The namespaces of {@link storeTaskList}: one with many tasks, one with few. */
export const LISTED_NAMESPACES = { common: "space-0", rare: `space-${NAMESPACES - 1}` } as const;

/**
 * Fills a migrated database with tasks of three steps over 30 days, in 20 namespaces of which one has few, every tenth of them
 * annotated, a few paused, and lets the planner look at them.
 */
export async function storeTaskList(database: Database, tasks: number): Promise<void> {
  const to = new Date();
  const shapes = Array.from({ length: NAMESPACES }, (_, number) => `space-${number}`).flatMap((namespace) =>
    ["order", "refund"].map((name) => ({
      item: linear(LISTED_STEPS, { namespace, name }),
      share: namespace === LISTED_NAMESPACES.rare ? 0.000_05 : 0.5 / (NAMESPACES - 1),
    })),
  );
  await generateTasks(database, {
    count: tasks,
    shapes,
    states: STATES,
    createdBetween: { from: new Date(to.getTime() - 30 * DAY_MS), to },
    checkForeignKeys: false,
  });
  await database.transaction(
    async (transaction) => {
      await transaction.execute(`
        insert into tasker_annotation_types (name, created_at, updated_at) values ('review', now(), now()), ('audit', now(), now());
        insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
        select t.task_id, 1, json_build_object('grade', t.task_id / 10 % 10), now(), now()
        from tasker_tasks t where t.task_id % 10 = 0 order by t.task_id;
        insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
        select t.task_id, 2, '{"by": "ada"}', now(), now() from tasker_tasks t where t.task_id % 1000 = 0;
        update tasker_task_runs set paused = true, wake_at = null where task_id % 5000 = 3;
        update tasker_task_runs set parent_task_id = 1 where task_id % 20000 = 7`);
    },
    { unlimited: true },
  );
  await database.execute("vacuum analyze");
}
