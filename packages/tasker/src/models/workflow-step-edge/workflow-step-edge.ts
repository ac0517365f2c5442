import type { Connection } from "../../database/database.ts";
import { loadRecords } from "../load-records.ts";
import type { WorkflowStepEdgeRow } from "./record.ts";

export {
  create,
  createEdge,
  createMany,
  destroy,
  find,
  findMany,
  type NewEdge,
  PROVIDES_EDGE_NAME,
  update,
  type WorkflowStepEdgeRow,
} from "./record.ts";
export { childrenOf, parentsOf, providesEdges, providesToChildren, siblingsOf } from "./scopes.ts";

/** The steps at both ends of edges, by their ids; one query. */
export function loadSteps(
  connection: Connection,
  edges: readonly Pick<WorkflowStepEdgeRow, "from_step_id" | "to_step_id">[],
) {
  const ends = edges.flatMap((edge) => [edge.from_step_id, edge.to_step_id]);
  return loadRecords(connection, "tasker_workflow_steps", "workflow_step_id", ends);
}
