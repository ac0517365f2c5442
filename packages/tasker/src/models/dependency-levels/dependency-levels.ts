import type { Connection } from "../../database/database.ts";
import { type DependencyLevelRow, selectDependencyLevels } from "./level-row.ts";

export type { DependencyLevelRow } from "./level-row.ts";

type Rows = readonly DependencyLevelRow[];

/** The level of each step of a task, by level and step; steps in a cycle, or below one, have none. */
export function forTask(connection: Connection, taskId: number): Promise<DependencyLevelRow[]> {
  return connection.run(selectDependencyLevels, [taskId]);
}

/** Level by step id; `levels_hash_for_task` in the reference. */
export function levelsByStep(rows: Rows): Map<number, number> {
  return new Map(rows.map((row) => [row.workflow_step_id, row.dependency_level]));
}

/** The highest level; 0 if there are no rows. */
export function maxLevel(rows: Rows): number {
  return rows.reduce((highest, row) => Math.max(highest, row.dependency_level), 0);
}

/** Ids of the steps at one level. */
export function stepsAtLevel(rows: Rows, level: number): number[] {
  return rows.filter((row) => row.dependency_level === level).map((row) => row.workflow_step_id);
}

/** Ids of the steps that wait for nothing. */
export function rootSteps(rows: Rows): number[] {
  return stepsAtLevel(rows, 0);
}
