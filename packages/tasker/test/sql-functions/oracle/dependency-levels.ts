import type { Content } from "../content.ts";

/** A row of the levels function. */
export interface LevelRow {
  readonly workflow_step_id: number;
  readonly dependency_level: number;
}

/**
 * Levels by walking all paths from the roots at once: after n rounds the set holds the steps at which a path of n edges
 * ends. A step that some path reaches after as many edges as there are steps has a cycle behind it, and no level.
 */
export function levelsOf(content: Content, taskId: number | null): LevelRow[] {
  const steps = content.steps.filter((step) => step.task_id === taskId).map((step) => step.workflow_step_id);
  const isRoot = (id: number) => !content.edges.some((edge) => edge.to_step_id === id);
  const levels = new Map<number, number>();
  let ends = new Set(steps.filter(isRoot));
  // any cycle comes round within as many further edges
  for (let edges = 0; edges <= 2 * steps.length; edges += 1) {
    for (const id of ends) levels.set(id, edges);
    const next = content.edges.filter((edge) => ends.has(edge.from_step_id) && steps.includes(edge.to_step_id));
    ends = new Set(next.map((edge) => edge.to_step_id));
  }
  return [...levels]
    .filter(([, level]) => level < steps.length)
    .map(([workflow_step_id, dependency_level]) => ({ workflow_step_id, dependency_level }))
    .sort((a, b) => a.dependency_level - b.dependency_level || a.workflow_step_id - b.workflow_step_id);
}
