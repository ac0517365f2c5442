import type { EngineOptions } from "../../src/engine/options.ts";
import type { Random } from "../../src/testing/random.ts";
import type { ManualClock } from "../../src/testing/run/manual-clock.ts";
import type { Answers } from "./answers.ts";
import type { RunningHandlers } from "./limit-plan.ts";
import type { StoredPermits } from "./stored-permits.ts";
import type { StoredTasks } from "./stored-tasks.ts";
import type { StepPlan } from "./task-plan.ts";

/** What the processes of a simulation share. */
export interface World {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly answers: Answers;
  readonly stored: StoredTasks;
  readonly permits: StoredPermits;
  readonly handlers: RunningHandlers;
  /** What tasks are to do, by their ids less one. */
  readonly plans: readonly (readonly StepPlan[])[];
  /** Ids of the tasks that belong to an operator. */
  readonly operated: ReadonlySet<number>;
  /** What the engines of the processes are given. */
  readonly settings: Pick<EngineOptions, "concurrency" | "sharing">;
  /** How often a call of the database fails, before or after it has done its work: 0 to 1. */
  failures: number;
  /** Gives ids of processes. */
  nextProcessId(): number;
}
