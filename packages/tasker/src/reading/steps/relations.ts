import type { Connection } from "../../database/database.ts";
import { selectEdgesAround } from "./step-statements.ts";

/** Siblings of a step that are told of: each of ten thousand steps side by side has as many. */
const MOST_SIBLINGS = 100;

/** How a step stands to others of its task. Ids ascend, each is there once. */
export interface StepRelations {
  /** The steps that it waits for. */
  readonly parents: readonly number[];
  /** The steps that wait for it. */
  readonly children: readonly number[];
  /** The first hundred of the other steps that wait for exactly the same ones. None for a step that waits for none. */
  readonly siblings: readonly number[];
}

/** How steps stand to others, by their ids; one statement. */
export async function loadRelations(
  connection: Connection,
  stepIds: readonly number[],
): Promise<Map<number, StepRelations>> {
  if (stepIds.length === 0) return new Map();
  const edges = await connection.run(selectEdgesAround, [stepIds]);
  const parents = groupBy(edges, "to_step_id", "from_step_id");
  const children = groupBy(edges, "from_step_id", "to_step_id");
  const families = new Map<string, number[]>();
  for (const [step, of] of [...parents].sort(([a], [b]) => a - b)) {
    const key = of.join();
    const family = families.get(key);
    if (family === undefined) families.set(key, [step]);
    else if (family.length <= MOST_SIBLINGS) family.push(step);
  }
  return new Map(
    stepIds.map((step) => {
      const of = parents.get(step) ?? [];
      const others = (families.get(of.join()) ?? []).filter((other) => other !== step);
      return [step, { parents: of, children: children.get(step) ?? [], siblings: others.slice(0, MOST_SIBLINGS) }];
    }),
  );
}

type Edge = { readonly from_step_id: number; readonly to_step_id: number };

function groupBy(edges: readonly Edge[], key: keyof Edge, value: keyof Edge): Map<number, number[]> {
  const groups = new Map<number, number[]>();
  for (const edge of edges) {
    const group = groups.get(edge[key]);
    if (group === undefined) groups.set(edge[key], [edge[value]]);
    else group.push(edge[value]);
  }
  return groups;
}
