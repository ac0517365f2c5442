import type { Database } from "tasker";
import { EVERY_STATE, generateTasks, linear } from "tasker/testing";
import { z } from "zod";

/** Steps of each task of the data set. */
export const STEPS_PER_TASK = 10;

const HOUR_MS = 3_600_000;
/** The tasks were created evenly over this time. */
const SPAN_MS = 24 * HOUR_MS;

/** What the questions about the data set are asked with. */
export const Given = z.strictObject({
  namespace: z.string(),
  name: z.string(),
  version: z.string(),
  state: z.literal("error"),
  /** After it, a tenth of the tasks were created. ISO 8601, UTC. */
  since: z.string(),
  /** Before it, nineteen of twenty tasks were created. ISO 8601, UTC. */
  until: z.string(),
  /** In the metadata of transitions. */
  metadata_key: z.string(),
  metadata_value: z.int(),
  attempt: z.int(),
  named_task_id: z.int(),
  annotation: z.string(),
  key: z.string(),
  value: z.string(),
  task_id: z.int(),
  step_id: z.int(),
  /** A hundred tasks. */
  task_ids: z.array(z.int()),
});
export type Given = z.infer<typeof Given>;

/**
 * Fills a migrated database with linear tasks of ten steps in every state, over four named tasks in two namespaces, a tenth
 * of them annotated, and lets the planner look at them.
 */
export async function storeDataSet(database: Database, tasks: number): Promise<Given> {
  const to = new Date();
  const shapes = ["billing", "shipping"].flatMap((namespace) =>
    ["order", "refund"].map((name) => ({ item: linear(STEPS_PER_TASK, { namespace, name }), share: 0.25 })),
  );
  const { tasks: made } = await generateTasks(database, {
    count: tasks,
    shapes,
    states: EVERY_STATE,
    createdBetween: { from: new Date(to.getTime() - SPAN_MS), to },
  });
  await database.execute(`
    insert into tasker_annotation_types (name, created_at, updated_at) values ('review', now(), now());
    insert into tasker_task_annotations (task_id, annotation_type_id, annotation, created_at, updated_at)
    select t.task_id, y.annotation_type_id, json_build_object('grade', t.task_id / 10 % 10), now(), now()
    from tasker_tasks t, tasker_annotation_types y where t.task_id % 10 = 0 order by t.task_id`);
  await database.execute("vacuum analyze");
  const taskIds = made.slice(Math.floor(tasks / 2)).map(({ taskId }) => taskId);
  const [task = 0] = taskIds;
  const [step] = await database.query(
    "select workflow_step_id from tasker_workflow_steps where task_id = $1 order by workflow_step_id offset 1 limit 1",
    [task],
  );
  const [named] = await database.query("select named_task_id from tasker_tasks where task_id = $1", [task]);
  return {
    namespace: "billing",
    name: "order",
    version: "0.1.0",
    state: "error",
    since: new Date(to.getTime() - SPAN_MS / 10).toISOString(),
    until: new Date(to.getTime() - SPAN_MS / 20).toISOString(),
    metadata_key: "epoch",
    metadata_value: 1,
    attempt: 2,
    named_task_id: Number(named?.named_task_id),
    annotation: "review",
    key: "grade",
    value: "7",
    task_id: task,
    step_id: Number(step?.workflow_step_id),
    task_ids: taskIds.slice(0, 100),
  };
}
