import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import type { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { queryBuilder } from "../../database/query/query-builder.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { InvalidRecordError, RecordConflictError } from "../../errors/index.ts";
import { checkAt } from "../check-at.ts";
import { defineModel } from "../define-model.ts";
import * as NamedTask from "../named-task/record.ts";
import { showValue, validate } from "../validate.ts";
import { type NewTask, TaskAttributes, TaskChanges, TaskRecord } from "./attributes.ts";
import { destroyTask } from "./destroy-task.ts";
import { type IdentityStrategy, identityHash } from "./identity.ts";

/** A task: one run of a template. */
export type TaskRow = RowOfTable<"tasker_tasks">;

const model = defineModel({
  name: "Task",
  table: "tasker_tasks",
  key: "task_id",
  attributes: TaskRecord,
  changes: TaskChanges,
  uniques: { index_tasks_on_identity_hash: ["identity_hash"] },
  references: { tasks_named_task_id_foreign: "named_task_id" },
  destruction: destroyTask,
});

/**
 * Read, change and delete tasks. A change leaves the identity as it is, whatever it was made of, and does not reach an
 * engine that runs the task at the moment. With a task go its steps, their edges and transitions, its annotations and
 * transitions; where somebody writes one of these at the same moment, RecordInUseError says so and nothing is deleted.
 */
export const { find, findMany, update, destroy } = model;

/** The row of a task as it is now. @throws RecordNotFoundError */
export function reload(connection: Connection, { task_id }: Pick<TaskRow, "task_id">): Promise<TaskRow> {
  return find(connection, task_id);
}

/**
 * Writes the row of a task as the reference's model does: no steps, no transitions, nothing that an engine would run. Tasks
 * are run with `engine.submit`. What is not given, or null, gets the reference's defaults: `unknown` for initiator, source
 * system and reason, no tags and bypassed steps, not complete, requested now.
 * @param identity how the identity is made; it is made once, here
 * @throws InvalidRecordError
 * @throws RecordConflictError if there is a task with this identity
 */
export async function create(
  connection: Connection,
  input: NewTask,
  at: Date = new Date(),
  identity: IdentityStrategy = "default",
): Promise<TaskRow> {
  const [record] = await identify(connection, [input], at, identity);
  if (record === undefined) throw new RangeError("one task was given and none is to be written");
  const task = await model.createIfAbsent(connection, record, at);
  if (task === undefined) throw sameRequest(record.identity_hash);
  return task;
}

/** As {@link create} for any number of tasks, with one insert; they come back in the order of `inputs`. */
export async function createMany(
  connection: Connection,
  inputs: readonly NewTask[],
  at: Date = new Date(),
  identity: IdentityStrategy = "default",
): Promise<TaskRow[]> {
  const records = await identify(connection, inputs, at, identity);
  // looked for first, because a conflict of the insert ends the transaction that the caller may be in
  const taken = await findTaken(connection, records);
  if (taken !== undefined) throw sameRequest(taken);
  return model.createMany(connection, records, at);
}

async function findTaken(connection: Connection, records: readonly { identity_hash: string }[]) {
  const hashes = records.map((record) => record.identity_hash);
  const seen = new Set<string>();
  const twice = hashes.find((hash) => seen.size === seen.add(hash).size);
  if (twice !== undefined || hashes.length === 0) return twice;
  const found = await queryBuilder(connection)
    .selectFrom("tasker_tasks")
    .select("identity_hash")
    .where("identity_hash", "=", sql<string>`any (${hashes}::varchar[])`)
    .limit(1)
    .executeTakeFirst();
  return found?.identity_hash;
}

function sameRequest(hash: string): RecordConflictError {
  return new RecordConflictError(
    `identity_hash ${showValue(hash)} is taken: the same request was already made within the last minute`,
    {
      context: {
        model: "Task",
        fields: ["identity_hash"],
        values: [hash],
        field: "identity_hash",
        value: hash,
        expected: "a request that was not made within the last minute",
      },
    },
  );
}

async function identify(
  connection: Connection,
  inputs: readonly NewTask[],
  at: Date,
  identity: IdentityStrategy,
): Promise<z.input<typeof TaskRecord>[]> {
  checkAt("Task", at);
  const asked = inputs.map((input) => {
    const attributes = { ...input, requested_at: input.requested_at ?? at };
    return { attributes, columns: validate("Task", TaskAttributes, attributes) };
  });
  const namedTasks = await NamedTask.findMany(
    connection,
    asked.map(({ columns }) => columns.named_task_id),
  );
  return asked.map(({ attributes, columns }) => {
    const namedTask = namedTasks.get(columns.named_task_id);
    if (namedTask === undefined) {
      const violation = { field: "named_task_id", value: columns.named_task_id, rule: "the id of an existing record" };
      throw new InvalidRecordError("Task", [violation]);
    }
    const { context, tags, bypass_steps } = attributes;
    const task = { ...columns, name: namedTask.name, context, tags: tags ?? [], bypass_steps: bypass_steps ?? [] };
    return { ...attributes, identity_hash: identityHash(identity, task, randomUUID) };
  });
}
