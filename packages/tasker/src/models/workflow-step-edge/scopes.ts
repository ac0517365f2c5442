import { sql } from "kysely";
import type { Scope } from "../scope.ts";
import { PROVIDES_EDGE_NAME } from "./record.ts";

type Edges = Scope<"tasker_workflow_step_edges">;

/** The edges that lead from a step to its children. */
export function childrenOf(stepId: number): Edges {
  return (eb) => eb("tasker_workflow_step_edges.from_step_id", "=", stepId);
}

/** The edges that lead to a step from its parents. */
export function parentsOf(stepId: number): Edges {
  return (eb) => eb("tasker_workflow_step_edges.to_step_id", "=", stepId);
}

/** A subquery of the ids of a step's siblings, as the edges tell them: see `siblingsOf`. */
export function siblingIdsOf(stepId: number) {
  return sql<number>`(
    select own.to_step_id from tasker_workflow_step_edges own
    where own.to_step_id <> ${stepId} and own.to_step_id in (
      select shared.to_step_id from tasker_workflow_step_edges mine
      join tasker_workflow_step_edges shared on shared.from_step_id = mine.from_step_id
      where mine.to_step_id = ${stepId}
    )
    group by own.to_step_id
    having array_agg(own.from_step_id order by own.from_step_id) = (
      select array_agg(mine.from_step_id order by mine.from_step_id) from tasker_workflow_step_edges mine
      where mine.to_step_id = ${stepId}
    )
  )`;
}

/**
 * The edges that lead to the siblings of a step: to the other steps with exactly the same parents, each as often. A step
 * without parents has none.
 */
export function siblingsOf(stepId: number): Edges {
  return (eb) => eb("tasker_workflow_step_edges.to_step_id", "in", siblingIdsOf(stepId));
}

/** Edges that come from dependencies of templates. */
export const providesEdges: Edges = (eb) => eb("tasker_workflow_step_edges.name", "=", PROVIDES_EDGE_NAME);

/** The `provides` edges that lead to the children of a step, from any of their parents. */
export function providesToChildren(stepId: number): Edges {
  return (eb) =>
    eb.and([
      providesEdges(eb),
      eb(
        "tasker_workflow_step_edges.to_step_id",
        "in",
        eb
          .selectFrom("tasker_workflow_step_edges as outgoing")
          .select("outgoing.to_step_id")
          .where("outgoing.from_step_id", "=", stepId),
      ),
    ]);
}
