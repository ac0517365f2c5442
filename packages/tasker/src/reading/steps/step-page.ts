import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import type { JsonValue } from "../../json/json-value.ts";
import { decodeCursor } from "../paging/cursor.ts";
import { IdKey, type Page, type PageRequest, pageLimit, pageOf } from "../paging/page.ts";
import { loadProtections } from "../protection/load-protections.ts";
import type { Protection, TaskProtection } from "../protection/task-protection.ts";
import { OutsideAttempt } from "./outside-attempt.ts";
import { loadRelations, type StepRelations } from "./relations.ts";
import { type StepRow, selectStepIdsAfter, selectStepIdsOfTasks, selectSteps } from "./step-statements.ts";

/** A step with how it stands to others. Its values are decrypted and without what is to be hidden. */
export interface ReadStep extends Omit<StepRow, "metadata" | "inputs" | "results" | "outside"> {
  /** Of the current transition. */
  readonly metadata: Readonly<Record<string, unknown>> | null;
  readonly inputs: JsonValue;
  readonly results: JsonValue;
  readonly relations: StepRelations;
  /** The attempt that another process, or a worker, is running. */
  readonly outside: OutsideAttempt | null;
}

const Metadata = z.record(z.string(), z.unknown()).nullable().catch(null);
const NO_RELATIONS: StepRelations = { parents: [], children: [], siblings: [] };

/** Bytes of inputs and results on a page; a step that has more is alone on one. */
const MOST_BYTES = 8_000_000;

/**
 * A page of the steps of a task, in the order of their ids; an empty one if there is no such task. It ends before its limit where
 * inputs and results would be too large together.
 * @throws InvalidRequestError
 */
export async function readStepPage(
  connection: Connection,
  taskId: number,
  request: PageRequest,
  protection: Protection,
): Promise<Page<ReadStep>> {
  const limit = pageLimit(request);
  const list = `steps:${taskId}`;
  const [after] = request.cursor === undefined ? [0] : decodeCursor(list, IdKey, request.cursor);
  const found = await connection.run(selectStepIdsAfter, [taskId, after, limit + 1]);
  let bytes = 0;
  const end = found.slice(0, limit).findIndex(({ size }, place) => {
    bytes += size;
    return place > 0 && bytes > MOST_BYTES;
  });
  const { items, nextCursor } = pageOf(list, found, end === -1 ? limit : end, (row) => [row.workflow_step_id]);
  const ids = items.map((row) => row.workflow_step_id);
  return { items: [...(await loadSteps(connection, ids, protection)).values()], nextCursor };
}

/** Steps by their ids, in the order of these; those that exist. Three statements for any number of steps. */
export async function loadSteps(
  connection: Connection,
  stepIds: readonly number[],
  protection: Protection,
): Promise<Map<number, ReadStep>> {
  if (stepIds.length === 0) return new Map();
  const rows = await connection.run(selectSteps, [stepIds]);
  const relations = await loadRelations(connection, stepIds);
  const taskIds = rows.map((row) => row.task_id);
  const protections = await loadProtections(connection, taskIds, protection);
  return new Map(
    rows.map((row) => [
      row.workflow_step_id,
      readStep(row, relations.get(row.workflow_step_id), protections.get(row.task_id)),
    ]),
  );
}

/** The steps of each task, by its id, in the order of their ids. Four statements for any number of tasks. */
export async function loadStepsOfTasks(
  connection: Connection,
  taskIds: readonly number[],
  protection: Protection,
): Promise<Map<number, ReadStep[]>> {
  const steps = new Map<number, ReadStep[]>(taskIds.map((id) => [id, []]));
  if (steps.size === 0) return steps;
  const ids = await connection.run(selectStepIdsOfTasks, [[...steps.keys()]]);
  const loaded = await loadSteps(
    connection,
    ids.map((row) => row.workflow_step_id),
    protection,
  );
  for (const step of loaded.values()) steps.get(step.task_id)?.push(step);
  return steps;
}

function readStep(row: StepRow, relations = NO_RELATIONS, protection?: TaskProtection): ReadStep {
  return {
    ...row,
    metadata: Metadata.parse(row.metadata),
    inputs: protection?.inputs(row.name, row.inputs) ?? null,
    results: protection?.results(row.name, row.results) ?? null,
    relations,
    outside: OutsideAttempt.nullable().parse(row.outside),
  };
}
