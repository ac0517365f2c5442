import type { Connection, Database } from "../../src/database/database.ts";
import { DatabaseStatementError } from "../../src/errors/index.ts";
import { isState, type State } from "../../src/states/state.ts";
import { STEP_TRANSITIONS } from "../../src/states/step-state.ts";
import { TASK_TRANSITIONS } from "../../src/states/task-state.ts";

/** A step as the reference creates it. */
export interface RailsStep {
  readonly name: string;
  readonly dependsOn?: readonly string[];
  /** Rows that are there already; the last one is current. */
  readonly rows?: readonly { readonly to: string; readonly sortKey: number; readonly metadata?: string | null }[];
  /** Columns that differ from a fresh step's. */
  readonly columns?: Readonly<Record<string, unknown>>;
}

/** A task as the reference creates it. */
export interface RailsTask {
  readonly namespace?: string;
  readonly name?: string;
  readonly version?: string;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly sourceSystem?: string | null;
  readonly bypassSteps?: string | null;
  readonly edgeName?: string;
  readonly complete?: boolean;
  readonly rows?: readonly { readonly to: string; readonly sortKey: number }[];
  readonly steps: readonly RailsStep[];
  /** When its rows were written, as SQL. Default: the end of 2025. */
  readonly at?: string;
}

/**
 * Creates a task as the reference does, in one transaction: every column written, a copy of the context in each step, no
 * transitions, no row in any table of the engine's own. The configuration of the named task stays the JSON string `"{}"`.
 * @returns its id
 */
export function createRailsTask(database: Database, task: RailsTask): Promise<number> {
  return database.transaction((transaction) => insertTask(transaction, task));
}

/** As {@link createRailsTask}, in the caller's transaction. */
export async function insertTask(connection: Connection, task: RailsTask): Promise<number> {
  const {
    namespace = "default",
    name = "graph",
    version = "1.0.0",
    context = { from: "rails" },
    at = "'2025-12-31'",
  } = task;
  const id = async (sql: string, parameters: readonly unknown[]) => {
    const [row] = await connection.query(sql, parameters);
    return Number(row?.id);
  };
  const findOrCreate = async (select: string, insert: string, parameters: readonly unknown[]) => {
    const found = await id(select, parameters);
    if (!Number.isNaN(found)) return found;
    await connection.query(insert, parameters);
    return id(select, parameters);
  };
  const namespaceId = await findOrCreate(
    "select task_namespace_id as id from tasker_task_namespaces where name = $1",
    "insert into tasker_task_namespaces (name, created_at, updated_at) values ($1, now(), now()) on conflict do nothing",
    [namespace],
  );
  const namedTaskId = await findOrCreate(
    "select named_task_id as id from tasker_named_tasks where task_namespace_id = $1 and name = $2 and version = $3",
    `insert into tasker_named_tasks (task_namespace_id, name, version, created_at, updated_at)
     values ($1, $2, $3, now(), now()) on conflict do nothing`,
    [namespaceId, name, version],
  );
  const systemId = await findOrCreate(
    "select dependent_system_id as id from tasker_dependent_systems where name = $1",
    "insert into tasker_dependent_systems (name, created_at, updated_at) values ($1, now(), now()) on conflict do nothing",
    ["rails"],
  );
  const taskId = await id(
    `insert into tasker_tasks (named_task_id, complete, requested_at, initiator, source_system, reason, bypass_steps, tags,
       context, identity_hash, created_at, updated_at)
     values ($1, $2, ${at}, 'unknown', $3, 'unknown', $4::json, '[]', $5, gen_random_uuid()::text, ${at}, ${at})
     returning task_id as id`,
    [
      namedTaskId,
      task.complete ?? false,
      task.sourceSystem ?? "unknown",
      task.bypassSteps ?? "[]",
      JSON.stringify(context),
    ],
  );
  for (const [place, { to, sortKey }] of (task.rows ?? []).entries()) {
    await connection.query(
      `insert into tasker_task_transitions (task_id, to_state, sort_key, most_recent, created_at, updated_at)
       values ($1, $2, $3, $4, ${at}, ${at})`,
      [taskId, to, sortKey, place === (task.rows?.length ?? 0) - 1],
    );
  }
  const stepIds = new Map<string, number>();
  for (const step of task.steps) {
    const namedStepId = await findOrCreate(
      "select named_step_id as id from tasker_named_steps where dependent_system_id = $1 and name = $2",
      `insert into tasker_named_steps (dependent_system_id, name, created_at, updated_at)
       values ($1, $2, now(), now()) on conflict do nothing`,
      [systemId, step.name],
    );
    const columns: Record<string, unknown> = {
      task_id: taskId,
      named_step_id: namedStepId,
      retryable: true,
      retry_limit: 3,
      attempts: 0,
      inputs: JSON.stringify(context),
      results: "{}",
      ...step.columns,
    };
    const names = Object.keys(columns);
    const stepId = await id(
      `insert into tasker_workflow_steps (${names.join(", ")}, created_at, updated_at)
       values (${names.map((_, place) => `$${place + 1}`).join(", ")}, ${at}, ${at}) returning workflow_step_id as id`,
      Object.values(columns),
    );
    stepIds.set(step.name, stepId);
    for (const [place, { to, sortKey, metadata = "{}" }] of (step.rows ?? []).entries()) {
      await connection.query(
        `insert into tasker_workflow_step_transitions
           (workflow_step_id, to_state, sort_key, metadata, most_recent, created_at, updated_at)
         values ($1, $2, $3, $4, $5, ${at}, ${at})`,
        [stepId, to, sortKey, metadata, place === (step.rows?.length ?? 0) - 1],
      );
    }
  }
  const edges = task.steps.flatMap(({ name: child, dependsOn = [] }) =>
    dependsOn.map((parent) => ({ parent: stepIds.get(parent), child: stepIds.get(child) })),
  );
  if (edges.length > 0) {
    await connection.query(
      `insert into tasker_workflow_step_edges (from_step_id, to_step_id, name, created_at, updated_at)
       select e.parent, e.child, $2, ${at}, ${at} from json_to_recordset($1::json) as e(parent bigint, child bigint)`,
      [JSON.stringify(edges), task.edgeName ?? "provides"],
    );
  }
  return taskId;
}

/** Whose transition it is. */
export type RailsTarget = { readonly task: number } | { readonly step: number };

/** A transition that was committed. */
export interface RailsRow {
  readonly kind: "task" | "step";
  readonly owner: number;
  readonly sortKey: number;
  readonly to: State;
}

/**
 * Writes one transition by the reference's protocol: read the current state, check the move, take the greatest sort key and
 * ten, then in a transaction clear the flag and insert. A conflict with another writer is its own retryable error: the
 * protocol begins again from what is there then.
 * @returns the row; null if the machine has no such move from the state that the owner is in
 */
export async function transitionLikeRails(
  database: Database,
  target: RailsTarget,
  to: State,
): Promise<RailsRow | null> {
  const [kind, owner] = "task" in target ? (["task", target.task] as const) : (["step", target.step] as const);
  const table = kind === "task" ? "tasker_task_transitions" : "tasker_workflow_step_transitions";
  const column = kind === "task" ? "task_id" : "workflow_step_id";
  const moves = kind === "task" ? TASK_TRANSITIONS : STEP_TRANSITIONS;
  for (;;) {
    const [current] = await database.query(
      `select to_state, sort_key from ${table} where ${column} = $1 order by sort_key desc limit 1`,
      [owner],
    );
    const state = isState(current?.to_state) ? current.to_state : "pending";
    if (!moves[state].includes(to)) return null;
    const sortKey = Number(current?.sort_key ?? 0) + 10;
    try {
      await database.transaction(async (transaction) => {
        await transaction.query(
          `update ${table} set most_recent = false, updated_at = now() where ${column} = $1 and most_recent = true`,
          [owner],
        );
        await transaction.query(
          `insert into ${table} (${column}, to_state, sort_key, metadata, most_recent, created_at, updated_at)
           values ($1, $2, $3, '{}', true, now(), now())`,
          [owner, to, sortKey],
        );
      });
      return { kind, owner, sortKey, to };
    } catch (error) {
      const code = error instanceof DatabaseStatementError ? error.context.sqlstate : null;
      if (code !== "23505" && code !== "40P01") throw error;
    }
  }
}
