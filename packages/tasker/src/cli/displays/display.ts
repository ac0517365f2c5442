import type { EngineEvent } from "../../engine/engine-event.ts";
import type { TaskProgress } from "../progress/task-progress.ts";
import type { TaskDetails } from "../task-details.ts";

/** Shows a task while it runs. */
export interface TaskDisplay {
  /** The task was submitted; nothing has happened yet. */
  begin(task: TaskProgress): void;
  /** `event` has led to `task`. */
  change(event: EngineEvent, task: TaskProgress): void;
  /** Gives the terminal back; nothing more will change. */
  end(task: TaskProgress): void;
  /** Prints what came of the task. */
  result(details: TaskDetails, task: TaskProgress): void;
}
