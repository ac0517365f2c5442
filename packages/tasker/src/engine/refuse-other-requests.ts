import type { Connection } from "../database/database.ts";
import { array, int2, int8, json, jsonb, nullable, varchar } from "../database/sql-type.ts";
import { type RowOf, statement } from "../database/statement.ts";
import { IdempotencyKeyReusedError } from "../errors/index.ts";
import { jsonEquals } from "../json/json-equals.ts";
import { isVersion } from "../templates/version.ts";
import type { Encryption } from "../vault/encryption.ts";
import type { PreparedTask } from "./prepare-task.ts";
import { readStored, TaskSeal } from "./protection/task-seal.ts";
import type { WrittenTask } from "./submit-tasks.ts";

/** What tasks were asked for with, of what nobody changes afterwards. */
export const selectAskedFor = statement({
  name: "select_asked_for",
  text: `
    select t.task_id, n.version, t.context, t.bypass_steps, r.priority, r.correlation_id, r.seal
    from tasker_tasks t
    join tasker_named_tasks n on n.named_task_id = t.named_task_id
    left join tasker_task_runs r on r.task_id = t.task_id
    where t.task_id = any ($1)`,
  parameters: [array(int8)],
  columns: {
    task_id: int8,
    version: varchar,
    context: nullable(jsonb),
    bypass_steps: nullable(json),
    priority: nullable(int2),
    correlation_id: nullable(varchar),
    seal: nullable(varchar),
  },
});

type AskedFor = RowOf<typeof selectAskedFor.columns>;

/**
 * Refuses requests whose idempotency key gave a task that was asked for with something else: another version, where the request
 * names one, context, steps to go on without, priority, or correlation id, where the request names one.
 * @param rows what became of the tasks, in their order
 * @throws IdempotencyKeyReusedError of the first of them
 * @throws UnreadableValueError if the context of the task that is there is encrypted with a key that is not here
 */
export async function refuseOtherRequests(
  connection: Connection,
  tasks: readonly PreparedTask[],
  rows: readonly Pick<WrittenTask, "taskId" | "created">[],
  encryption: Encryption | null,
): Promise<void> {
  const repeated = tasks.flatMap((task, place) => {
    const row = rows[place];
    const isKeyed = task.request.idempotencyKey !== undefined;
    return isKeyed && row?.created === false ? [{ task, taskId: row.taskId }] : [];
  });
  if (repeated.length === 0) return;
  const found = await connection.run(selectAskedFor, [[...new Set(repeated.map(({ taskId }) => taskId))]]);
  const stored = new Map(found.map((row) => [row.task_id, row]));
  for (const { task, taskId } of repeated) {
    const first = stored.get(taskId);
    const field = first === undefined ? null : differenceOf(task, first, encryption);
    if (field === null) continue;
    throw new IdempotencyKeyReusedError(
      `task ${taskId} was created with this idempotency key and another ${field}, expected the same request or another key`,
      { context: { taskId, field } },
    );
  }
}

/** What differs; null: nothing. */
function differenceOf(
  { request, context }: PreparedTask,
  first: AskedFor,
  encryption: Encryption | null,
): string | null {
  if (isVersion(request.version) && request.version !== first.version) return "version";
  const seal = first.seal === null || encryption === null ? null : new TaskSeal(first.seal, encryption);
  if (!jsonEquals(context.value, readStored(first.context, seal, "context", null).value)) return "context";
  if (!jsonEquals(request.bypassSteps, first.bypass_steps ?? [])) return "bypass_steps";
  if (first.priority !== null && request.priority !== first.priority) return "priority";
  const { correlationId } = request;
  return correlationId === undefined || correlationId === first.correlation_id ? null : "correlation_id";
}
