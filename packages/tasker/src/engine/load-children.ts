import type { Connection } from "../database/database.ts";
import { array, int8, json, nullable, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { isEnvelope } from "../secrets/envelope.ts";
import type { Encryption } from "../vault/encryption.ts";
import { childKeyOf } from "./child-key.ts";
import { readStored, TaskSeal } from "./protection/task-seal.ts";
import { StoredJson } from "./stored-json.ts";
import type { TaskRun } from "./task-run.ts";

/** The tasks that steps of some tasks have submitted; of one that is over also what its last steps have stored. */
export const loadChildrenStatement = statement({
  name: "load_children",
  text: `
    select r.parent_task_id, r.parent_step_id, r.task_id, r.seal, k.identity_hash, coalesce(c.to_state, 'pending')::varchar as state,
      case when c.to_state in ('complete', 'resolved_manually') then (
        select json_object_agg(n.name, w.results) from tasker_workflow_steps w
        cross join lateral (select x.name from tasker_named_steps x where x.named_step_id = w.named_step_id limit 1) n
        where w.task_id = r.task_id
          and not exists (select from tasker_workflow_step_edges e where e.from_step_id = w.workflow_step_id)
      ) end as results
    from unnest($1::bigint[]) as asked(id)
    cross join lateral (select * from tasker_task_runs q where q.parent_task_id = asked.id) r
    cross join lateral (select q.identity_hash from tasker_tasks q where q.task_id = r.task_id limit 1) k
    left join lateral (
      select y.to_state from tasker_task_transitions y where y.task_id = r.task_id and y.most_recent limit 1
    ) c on true`,
  parameters: [array(int8)],
  columns: {
    parent_task_id: nullable(int8),
    parent_step_id: nullable(int8),
    task_id: int8,
    seal: nullable(varchar),
    identity_hash: varchar,
    state: nullable(varchar),
    results: nullable(json),
  },
});

/** A task that a step waits for. */
export interface ChildTask {
  readonly taskId: number;
  readonly state: string;
  /** By step, of a task that is complete or resolved: what the steps have stored that nothing comes after. */
  readonly results: StoredJson | null;
}

/** Reads how the tasks stand that steps of these tasks wait for. */
export async function loadChildren(
  connection: Connection,
  runs: readonly TaskRun[],
  encryption: Encryption | null,
): Promise<void> {
  const asked = new Map(
    runs.filter(({ steps }) => steps.some(({ wait }) => wait?.facts.kind === "task")).map((run) => [run.taskId, run]),
  );
  if (asked.size === 0) return;
  for (const row of await connection.run(loadChildrenStatement, [[...asked.keys()]])) {
    const run = asked.get(row.parent_task_id ?? 0);
    const step = run?.steps.find(({ stepId }) => stepId === row.parent_step_id);
    // Of an earlier attempt there is another one.
    if (run === undefined || step === undefined || childKeyOf(step) !== row.identity_hash) continue;
    const results = row.results === null ? null : readChild(row.results, row.seal, encryption);
    run.children.set(step.stepId, { taskId: row.task_id, state: row.state ?? "pending", results });
  }
}

/** What the last steps of a task have stored, by step. Encrypted results are decrypted when they are read. */
function readChild(results: unknown, sealId: string | null, encryption: Encryption | null): StoredJson {
  const members = Object.entries(Object(results));
  if (!members.some(([, value]) => isEnvelope(value))) return StoredJson.of(results);
  const seal = sealId === null || encryption === null ? null : new TaskSeal(sealId, encryption);
  const textOf = (name: string, value: unknown) => readStored(value, seal, "results", name).text;
  return StoredJson.late(
    () => `{${members.map(([name, value]) => `${JSON.stringify(name)}:${textOf(name, value)}`).join(",")}}`,
  );
}
