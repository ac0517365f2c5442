import type { TaskTemplate } from "../../src/handlers/task-template.ts";
import type { Random } from "../../src/testing/random.ts";
import type { ManualClock } from "../../src/testing/run/manual-clock.ts";
import type { Answers } from "./answers.ts";
import type { StoredTasks } from "./stored-tasks.ts";

/** What the processes of a simulation share. */
export interface World {
  readonly clock: ManualClock;
  readonly random: Random;
  readonly answers: Answers;
  readonly stored: StoredTasks;
  readonly templates: readonly TaskTemplate[];
  /** How often a call of the database fails, before or after it has done its work: 0 to 1. */
  failures: number;
  /** Gives ids of processes. */
  nextProcessId(): number;
}
