import type { TaskerEvent } from "../events/event.ts";
import type { TaskDisplay } from "./displays/display.ts";
import { applyEvent } from "./progress/apply-event.ts";
import type { TaskProgress } from "./progress/task-progress.ts";

/**
 * Shows a display what happens to one task. Events can come before anybody knows the task's id: they are kept until
 * then. Those that the first reading of the task had seen already are applied once more, in order, and lead to where
 * they had led.
 */
export class TaskFollower {
  readonly #display: TaskDisplay;
  #task: TaskProgress | null = null;
  #early: TaskerEvent[] = [];

  constructor(display: TaskDisplay) {
    this.#display = display;
  }

  /** Takes an event of any task. */
  observe(event: TaskerEvent): void {
    if (this.#task === null) {
      this.#early.push(event);
      return;
    }
    if (event.taskId !== this.#task.taskId) return;
    this.#task = applyEvent(this.#task, event);
    this.#display.change(event, this.#task);
  }

  /** Begins to show a task, with what has happened to it in the meantime. */
  begin(task: TaskProgress): void {
    this.#task = task;
    this.#display.begin(task);
    const early = this.#early;
    this.#early = [];
    for (const event of early) this.observe(event);
  }
}
