import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import type { Diagram } from "../../diagram/diagram.ts";
import { drawTask, type TaskDiagramOptions, type TaskSnapshot } from "../../diagram/task-diagram.ts";
import { TaskNotFoundError } from "../../errors/index.ts";
import { taskSnapshotStatement } from "./task-snapshot-statement.ts";

const MOST_OF_ERROR = 500;

const Step = z
  .tuple([z.int(), z.string(), z.string(), z.int(), z.string().nullable(), z.boolean()])
  .transform(([stepId, name, state, attempts, error, isRoot]) => ({
    stepId,
    name,
    state,
    attempts,
    error: error !== null && error.length > MOST_OF_ERROR ? `${error.slice(0, MOST_OF_ERROR)}...` : error,
    isRoot,
  }));

const Edge = z
  .tuple([z.int(), z.int(), z.string()])
  .transform(([fromStepId, toStepId, name]) => ({ fromStepId, toStepId, name }));

/**
 * Draws a stored task as it is now: {@link drawTask}. One query; steps are in the order of their ids.
 * @throws TaskNotFoundError
 * @throws InvalidRequestError `baseUrl` is not http, https or relative, or has a query or a fragment
 */
export async function diagramOfTask(
  connection: Connection,
  taskId: number,
  options: TaskDiagramOptions = {},
): Promise<Diagram> {
  return drawTask(await readSnapshot(connection, taskId), options);
}

async function readSnapshot(connection: Connection, taskId: number): Promise<TaskSnapshot> {
  const [row] = await connection.run(taskSnapshotStatement, [taskId]);
  if (row === undefined) throw new TaskNotFoundError(`there is no task ${taskId}`, { context: { taskId } });
  return {
    taskId: row.task_id,
    name: row.name,
    status: row.status,
    createdAt: row.created_at,
    steps: z.array(Step).parse(row.steps),
    edges: z.array(Edge).parse(row.edges),
  };
}
