import type { TaskerEvent } from "../../events/event.ts";
import type { TaskDetails } from "../../reading/task/task-details.ts";
import type { TaskProgress } from "../progress/task-progress.ts";

/** Shows a task while it runs. */
export interface TaskDisplay {
  /** The task was submitted; nothing has happened yet. */
  begin(task: TaskProgress): void;
  /** `event` has led to `task`. */
  change(event: TaskerEvent, task: TaskProgress): void;
  /** Something to be told meanwhile: a warning, or that the run is stopping. */
  notice(text: string): void;
  /** Gives the terminal back; nothing more will change. Safe to call twice. */
  end(): void;
  /** Prints what came of the task. */
  result(details: TaskDetails, task: TaskProgress): void;
}
