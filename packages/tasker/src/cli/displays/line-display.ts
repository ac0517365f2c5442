import type { TaskerEvent } from "../../events/event.ts";
import type { TaskDetails } from "../../reading/task/task-details.ts";
import type { Printer } from "../printer.ts";
import type { TaskProgress } from "../progress/task-progress.ts";
import { CHANGE_INDENT, changeOfEvent, drawChange } from "../render/event-line.ts";
import { formatElapsed } from "../render/format-duration.ts";
import { span } from "../render/span.ts";
import { drawOutcome } from "../render/task-outcome.ts";
import type { TaskDisplay } from "./display.ts";

/** Widest column for names of steps. */
const NAME_COLUMNS = 32;

/** Shows one line for each change, and the finished task as a tree. */
export class LineDisplay implements TaskDisplay {
  readonly #printer: Printer;
  #nameColumns = NAME_COLUMNS;

  constructor(printer: Printer) {
    this.#printer = printer;
  }

  begin(task: TaskProgress): void {
    const longest = task.steps.reduce((width, { name }) => Math.max(width, name.length), "task".length);
    this.#nameColumns = Math.min(longest, NAME_COLUMNS);
    this.#printer.line([
      span(`${task.name} ${task.version}`, "strong"),
      span(`  task ${task.taskId}  ${task.steps.length} steps`),
    ]);
  }

  change(event: TaskerEvent, task: TaskProgress): void {
    const line = drawChange(changeOfEvent(event), {
      time: formatElapsed(event.at - task.since),
      nameColumns: this.#nameColumns,
      unicode: this.#printer.unicode,
    });
    this.#printer.wrapped(line, CHANGE_INDENT);
  }

  notice(text: string): void {
    this.#printer.note(text);
  }

  end(): void {}

  result(details: TaskDetails, task: TaskProgress): void {
    this.#printer.text("");
    const { columns, unicode } = this.#printer;
    this.#printer.lines(drawOutcome(details, task, { columns, unicode }));
  }
}
