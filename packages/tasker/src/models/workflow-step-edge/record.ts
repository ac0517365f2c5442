import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import type { RowOfTable } from "../../database/query/tables.ts";
import { array, int8 } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { InvalidRecordError } from "../../errors/index.ts";
import { key, presentText } from "../attributes.ts";
import { checkAt } from "../check-at.ts";
import { defineModel } from "../define-model.ts";
import { inTransaction } from "../in-transaction.ts";
import { raiseRevision } from "../raise-revision.ts";
import { runUnprepared } from "../run-unprepared.ts";
import { validate } from "../validate.ts";
import type { Edge } from "./closed-cycle.ts";
import { lockEdges, refuseCycle } from "./cycle-check.ts";

/** A dependency: the step `to_step_id` may start when `from_step_id` is satisfied. */
export type WorkflowStepEdgeRow = RowOfTable<"tasker_workflow_step_edges">;

/** Name of the edges that dependencies of templates become. */
export const PROVIDES_EDGE_NAME = "provides";

const MODEL = "WorkflowStepEdge";
const Attributes = z.strictObject({ from_step_id: key(), to_step_id: key(), name: presentText(255) });
const Changes = Attributes.partial();

/** What a new edge takes. */
export type NewEdge = z.input<typeof Attributes>;

const records = defineModel({
  name: MODEL,
  table: "tasker_workflow_step_edges",
  key: "id",
  attributes: Attributes,
  changes: Changes,
  uniques: {},
  references: { fk_rails_7b4652ccf2: "from_step_id", fk_rails_93ec0bf6eb: "to_step_id" },
});

/** Reading edges. */
export const { find, findMany } = records;

/** The tasks of steps. */
export const tasksOfEdgeEnds = statement({
  name: "tasks_of_edge_ends",
  text: "select workflow_step_id, task_id from tasker_workflow_steps where workflow_step_id = any($1)",
  parameters: [array(int8)],
  columns: { workflow_step_id: int8, task_id: int8 },
});

/**
 * Makes an edge, unless it closes a cycle; edges of all tasks are looked at. The same edge may be made again, as in the
 * reference: it then counts twice everywhere.
 * @throws CyclicGraphError, InvalidRecordError
 */
export async function create(connection: Connection, input: NewEdge, at?: Date): Promise<WorkflowStepEdgeRow> {
  const [row] = await createMany(connection, [input], at);
  if (row === undefined) throw new RangeError("an edge that was written gave no row");
  return row;
}

/** As `create`, for any number of edges, with one check of all of them. They come back in the order of `inputs`. */
export async function createMany(
  connection: Connection,
  inputs: readonly NewEdge[],
  at: Date = new Date(),
): Promise<WorkflowStepEdgeRow[]> {
  const edges = inputs.map((input) => validate(MODEL, Attributes, input));
  checkAt(MODEL, at);
  return inTransaction(connection, async (transaction) => {
    await claimEdges(transaction, edges);
    await refuseCycle(transaction, edges);
    return records.createMany(transaction, edges, at);
  });
}

/** Makes an edge from one step to another. @throws CyclicGraphError, InvalidRecordError */
export function createEdge(
  connection: Connection,
  fromStepId: number,
  toStepId: number,
  name: string,
  at?: Date,
): Promise<WorkflowStepEdgeRow> {
  return create(connection, { from_step_id: fromStepId, to_step_id: toStepId, name }, at);
}

/**
 * Changes an edge. Its ends are checked as those of a new one, where the reference lets a change close a cycle.
 * @throws CyclicGraphError, InvalidRecordError, RecordNotFoundError
 */
export async function update(
  connection: Connection,
  id: number,
  changes: z.input<typeof Changes>,
  at: Date = new Date(),
): Promise<WorkflowStepEdgeRow> {
  const checked = validate(MODEL, Changes, changes);
  checkAt(MODEL, at);
  return inTransaction(connection, async (transaction) => {
    await transaction.run(lockEdges, []);
    const before = await find(transaction, id);
    const after = { from_step_id: before.from_step_id, to_step_id: before.to_step_id, ...defined(checked) };
    await claimEdges(transaction, [before, after]);
    await refuseCycle(transaction, [after], id);
    return records.update(transaction, id, checked, at);
  });
}

/** Deletes an edge. @throws RecordNotFoundError */
export function destroy(connection: Connection, id: number): Promise<void> {
  return inTransaction(connection, async (transaction) => {
    await claimEdges(transaction, [await find(transaction, id)]);
    await records.destroy(transaction, id);
  });
}

/** Takes the lock on edges, then the run rows of their tasks: everybody takes them in this order. */
async function claimEdges(transaction: Connection, edges: readonly Edge[]): Promise<void> {
  await transaction.run(lockEdges, []);
  const ends = [...new Set(edges.flatMap((edge) => [edge.from_step_id, edge.to_step_id]))];
  const steps = await runUnprepared(transaction, tasksOfEdgeEnds, [ends]);
  const known = new Set(steps.map((step) => step.workflow_step_id));
  const violations = edges.flatMap((edge) =>
    (["from_step_id", "to_step_id"] as const)
      .filter((field) => !known.has(edge[field]))
      .map((field) => ({ field, value: String(edge[field]), rule: "the id of an existing record" })),
  );
  if (violations.length > 0) throw new InvalidRecordError(MODEL, violations);
  await raiseRevision(
    transaction,
    steps.map((step) => step.task_id),
  );
}

function defined<R extends object>(record: R): R {
  const kept = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as R;
}
