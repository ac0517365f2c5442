import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { renderMermaid } from "../../src/diagram/mermaid.ts";
import { TaskNotFoundError } from "../../src/errors/index.ts";
import { diagramOfTask } from "../../src/models/task-diagram/diagram-of-task.ts";
import { describeEachDatabase } from "../support/test-database.ts";

describeEachDatabase("the diagram of a stored task", (open) => {
  let database: Database;

  // Task 1: 1 fetch -> 2 charge -> 3 ship, and 1 -> 3 twice; step 4 waits for a step of task 2, and step 3 leads to one.
  // Task 2: 5 and 6. Task 3 has no step.
  beforeAll(async () => {
    database = await open();
    await database.execute(`
      insert into tasker_task_namespaces (name, created_at, updated_at) values ('default', now(), now());
      insert into tasker_named_tasks (name, created_at, updated_at) values ('order', now(), now());
      insert into tasker_dependent_systems (name, created_at, updated_at) values ('default', now(), now());
      insert into tasker_named_steps (dependent_system_id, name, created_at, updated_at)
      select 1, name, now(), now() from unnest(array['fetch', 'charge', 'ship', 'audit']) name;
      insert into tasker_tasks (named_task_id, requested_at, identity_hash, created_at, updated_at)
      select 1, now(), gen_random_uuid(), '2026-11-20 12:30:05.25', now() from generate_series(1, 3);
      insert into tasker_workflow_steps (task_id, named_step_id, attempts, results, created_at, updated_at) values
        (1, 1, 1, '{"error": "an earlier one"}', now(), now()),
        (1, 2, 3, jsonb_build_object('error', repeat('gateway ', 100)), now(), now()),
        (1, 3, null, null, now(), now()),
        (1, 4, null, '"error"', now(), now()),
        (2, 1, null, null, now(), now()),
        (2, 2, null, null, now(), now());
      insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at) values
        (2, 3, 'provides', now(), now()),
        (1, 3, 'second', now(), now()),
        (1, 3, 'first', now(), now()),
        (1, 2, 'provides', now(), now()),
        (5, 4, 'provides', now(), now()),
        (3, 6, 'provides', now(), now());
      insert into tasker_workflow_step_transitions (workflow_step_id, to_state, sort_key, most_recent, created_at, updated_at)
      values (1, 'in_progress', 10, false, now(), now()), (1, 'complete', 20, true, now(), now()),
        (2, 'error', 10, true, now(), now()), (4, 'error', 10, true, now(), now());
      insert into tasker_task_transitions (task_id, to_state, sort_key, most_recent, created_at, updated_at)
      values (1, 'in_progress', 10, true, now(), now())`);
  });
  afterAll(() => database.close());

  test("has its steps by id, with their current states, its roots and its edges", async () => {
    expect(renderMermaid((await diagramOfTask(database, 1)).chart)).toBe(
      [
        "graph TD",
        'subgraph "Task 1: order"',
        '  task_1["Task: order<br/>ID: 1<br/>Status: in_progress"]',
        '  step_1["Step: fetch<br/>Status: complete<br/>Attempts: 1"]',
        "  style step_1 fill:green;",
        '  step_2["Step: charge<br/>Status: error<br/>Attempts: 3<br/>Error: gateway gateway gateway gate..."]',
        "  style step_2 fill:red;",
        '  step_3["Step: ship<br/>Status: pending<br/>Attempts: 0"]',
        "  style step_3 fill:lightblue;",
        '  step_4["Step: audit<br/>Status: error<br/>Attempts: 0"]',
        "  style step_4 fill:red;",
        "  task_1 --> step_1",
        '  step_1 -->|"provides"| step_2',
        '  step_1 -->|"second"| step_3',
        '  step_1 -->|"first"| step_3',
        '  step_2 -->|"provides"| step_3',
        '  step_3 -->|"provides"| step_6',
        "end",
      ].join("\n"),
    );
  });

  test("has the same roots as the view", async () => {
    const rows = await database.query(
      "select workflow_step_id from tasker_step_dag_relationships where is_root_step order by 1",
    );
    const roots = await Promise.all(
      [1, 2].map(async (taskId) =>
        (await diagramOfTask(database, taskId)).chart.edges.flatMap(({ sourceId, targetId }) =>
          sourceId.startsWith("task_") ? [targetId] : [],
        ),
      ),
    );
    expect(roots.flat()).toEqual(rows.map((row) => `step_${row.workflow_step_id}`));
  });

  test("says when the task was created, and shows a long error not without end", async () => {
    const { facts, table } = await diagramOfTask(database, 1, { baseUrl: "https://host" });
    expect(facts.map(({ label, value }) => `${label}: ${value}`)).toEqual([
      "Task ID: 1",
      "Task Name: order",
      "Status: in_progress",
      "Created: 2026-11-20 12:30:05 UTC",
    ]);
    expect(table.rows.map(({ cells }) => cells.at(-1)?.length)).toEqual([0, 503, 0, 0]);
  });

  test("of a task without steps is the task alone", async () => {
    const { chart } = await diagramOfTask(database, 3);
    expect([chart.nodes.map(({ id }) => id), chart.edges]).toEqual([["task_3"], []]);
  });

  test("is refused for a task that does not exist", async () => {
    await expect(diagramOfTask(database, 99)).rejects.toThrow(TaskNotFoundError);
    await expect(diagramOfTask(database, 99)).rejects.toMatchObject({ context: { taskId: 99 } });
  });
});
