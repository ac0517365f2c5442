import { afterAll, beforeAll, expect, test } from "vitest";
import type { Connection, Database } from "../../src/database/database.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";

const TASKS = 1_000;
const STEPS = 10;

/** Large tables that hold more than the tasks asked for. */
const TABLES = [
  "tasker_tasks",
  "tasker_task_transitions",
  "tasker_workflow_steps",
  "tasker_workflow_step_edges",
  "tasker_workflow_step_transitions",
];

/** Chains of steps, half of each complete. */
const FILL = `
  insert into tasker_task_namespaces (name, created_at, updated_at) values ('default', now(), now());
  insert into tasker_named_tasks (name, created_at, updated_at) values ('chain', now(), now());
  insert into tasker_dependent_systems (name, created_at, updated_at) values ('default', now(), now());
  insert into tasker_named_steps (dependent_system_id, name, created_at, updated_at) values (1, 'step', now(), now());
  insert into tasker_tasks (task_id, named_task_id, requested_at, identity_hash, created_at, updated_at)
    select task, 1, now(), task, now(), now() from generate_series(1, ${TASKS}) task;
  insert into tasker_task_transitions (task_id, to_state, sort_key, created_at, updated_at)
    select task, 'in_progress', 10, now(), now() from generate_series(1, ${TASKS}) task;
  insert into tasker_workflow_steps (workflow_step_id, task_id, named_step_id, created_at, updated_at)
    select task * ${STEPS} + step, task, 1, now(), now()
    from generate_series(1, ${TASKS}) task, generate_series(0, ${STEPS - 1}) step;
  insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
    select task * ${STEPS} + step - 1, task * ${STEPS} + step, 'provides', now(), now()
    from generate_series(1, ${TASKS}) task, generate_series(1, ${STEPS - 1}) step;
  insert into tasker_workflow_step_transitions
    (workflow_step_id, to_state, sort_key, most_recent, created_at, updated_at)
    select task * ${STEPS} + step, move.state, move.key, move.key = 20, now(), now()
    from generate_series(1, ${TASKS}) task, generate_series(0, ${STEPS / 2 - 1}) step,
      (values ('in_progress', 10), ('complete', 20)) move (state, key)`;

const CALLS = [
  "get_step_readiness_status(7)",
  "get_step_readiness_status(7, array[75, 76])",
  "get_step_readiness_status_batch(array[7, 8, 9])",
  "get_task_execution_context(7)",
  "get_task_execution_contexts_batch(array[7, 8, 9])",
  "calculate_dependency_levels(7)",
];

describeOnPostgres("the plans of the functions that look at single tasks", () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    await database.execute(FILL);
  });
  afterAll(() => database.close());

  async function tablesRead(connection: Connection): Promise<string[]> {
    const rows = await connection.query(
      "select relname from pg_stat_xact_user_tables where seq_scan > 0 and relname = any($1::text[])",
      [TABLES],
    );
    return rows.map((row) => String(row.relname));
  }

  test.each(CALLS)("%s reads no table from end to end, whether there are statistics or not", async (call) => {
    for (const prepare of ["delete from pg_statistic where starelid::regclass::text like 'tasker%'", "analyze"]) {
      await database.execute(prepare);
      await database.transaction(async (transaction) => {
        // more calls than PL/pgSQL plans anew
        for (let repetition = 0; repetition < 8; repetition += 1) {
          expect((await transaction.query(`select * from ${call}`)).length).toBeGreaterThan(0);
        }
        expect(await tablesRead(transaction)).toEqual([]);
      });
    }
  });

  test("a task of 10,000 steps with three parents each has its levels", async () => {
    const [layers, width] = [50, 200];
    await database.execute(`
      insert into tasker_tasks (task_id, named_task_id, requested_at, identity_hash, created_at, updated_at)
        values (0, 1, now(), 'wide', now(), now());
      insert into tasker_workflow_steps (workflow_step_id, task_id, named_step_id, created_at, updated_at)
        select 1000000 + step, 0, 1, now(), now() from generate_series(0, ${layers * width - 1}) step;
      insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
        select 1000000 + (layer - 1) * ${width} + (step + 67 * edge) % ${width}, 1000000 + layer * ${width} + step,
          'provides', now(), now()
        from generate_series(1, ${layers - 1}) layer, generate_series(0, ${width - 1}) step, generate_series(0, 2) edge`);
    expect(
      await database.query(
        `select dependency_level as level, count(*)::int4, min(workflow_step_id)::int4 as first
         from calculate_dependency_levels(0) group by 1 order by 1`,
      ),
    ).toEqual(
      Array.from({ length: layers }, (_, level) => ({ level, count: width, first: 1_000_000 + level * width })),
    );
  });
});
