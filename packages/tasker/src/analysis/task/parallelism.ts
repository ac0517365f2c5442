import { at } from "../../graph/adjacency.ts";
import { percentOf } from "./severity.ts";
import { itemAt, type StepStanding, type TaskGraph } from "./task-graph.ts";

/** The steps at one distance from the beginning: they can run side by side. */
export interface LevelReport {
  readonly level: number;
  readonly total_steps: number;
  readonly ready_steps: number;
  readonly blocked_steps: number;
  readonly error_steps: number;
  readonly completed_steps: number;
  readonly step_names: readonly string[];
  /** By its ready steps: several, one, none. */
  readonly parallelism_potential: "High" | "Medium" | "Low";
  /** `High` if more than half of its steps are blocked. */
  readonly bottleneck_risk: "High" | "Low";
}

/** What can run side by side. */
export interface ParallelismReport {
  readonly total_steps: number;
  readonly total_levels: number;
  /** Steps of the widest level. */
  readonly max_parallel_steps: number;
  readonly current_parallel_opportunities: number;
  readonly blocked_parallel_opportunities: number;
  /** 0 to 100, one decimal. */
  readonly overall_completion: number;
  readonly levels: readonly LevelReport[];
  /** Percentage of levels that have more than one ready step, one decimal. */
  readonly parallelism_efficiency: number;
}

/** Describes each level of a task. */
export function describeParallelism({
  steps,
  standings,
  levels,
  satisfied,
  ready,
  blocked,
}: TaskGraph): ParallelismReport {
  const members: number[][] = [];
  for (const index of steps.keys()) {
    const level = at(levels, index);
    const others = members[level];
    if (others === undefined) members[level] = [index];
    else others.push(index);
  }
  const described = members.map((indexes, level) => {
    const count = (is: (standing: StepStanding) => boolean) =>
      indexes.filter((index) => is(itemAt(standings, index))).length;
    const readySteps = count(({ isReady }) => isReady);
    const blockedSteps = count(({ isBlocked }) => isBlocked);
    return {
      level,
      total_steps: indexes.length,
      ready_steps: readySteps,
      blocked_steps: blockedSteps,
      error_steps: count(({ isFailed }) => isFailed),
      completed_steps: count((standing) => standing.isSatisfied),
      step_names: indexes.map((index) => itemAt(steps, index).name),
      parallelism_potential:
        readySteps > 1 ? ("High" as const) : readySteps === 1 ? ("Medium" as const) : ("Low" as const),
      bottleneck_risk: blockedSteps > Math.floor(indexes.length / 2) ? ("High" as const) : ("Low" as const),
    };
  });
  return {
    total_steps: steps.length,
    total_levels: described.length,
    max_parallel_steps: described.reduce((most, level) => Math.max(most, level.total_steps), 0),
    current_parallel_opportunities: ready,
    blocked_parallel_opportunities: blocked,
    overall_completion: percentOf(satisfied, steps.length),
    levels: described,
    parallelism_efficiency: percentOf(described.filter((level) => level.ready_steps > 1).length, described.length),
  };
}
