import type { z } from "zod";
import type { TaskSummary } from "../../api/shapes/task.ts";
import { formatDuration, formatMoment } from "./format-duration.ts";
import { renderTable, type TableColumn } from "./render-table.ts";
import { type Line, span } from "./span.ts";
import { stateMark, stateTone } from "./step-mark.ts";

type ListedTask = z.output<typeof TaskSummary>;

/** How a list of tasks is drawn. */
export interface TaskTableOptions {
  readonly columns: number;
  /** The present, in milliseconds since the epoch. */
  readonly now: number;
  /** Default: true. */
  readonly unicode?: boolean;
}

/** Width from which the columns that matter least are shown as well. */
const WIDE = 90;

/** Tasks as a table: id, state, steps done, name, and when they were requested. */
export function renderTaskTable(tasks: readonly ListedTask[], options: TaskTableOptions): Line[] {
  const mark = (state: string) => stateMark(state, { unicode: options.unicode !== false }).text;
  const base: TableColumn<ListedTask>[] = [
    { title: "id", right: true, cell: (task) => span(String(task.task_id)) },
    { title: "state", cell: ({ state }) => span(`${mark(state)} ${state}`, stateTone(state)) },
    { title: "steps", right: true, cell: (task) => span(`${task.done_steps}/${task.steps}`) },
    { title: "age", right: true, cell: (task) => span(formatDuration(options.now - Date.parse(task.requested_at))) },
    { title: "name", cell: (task) => span(`${task.namespace}/${task.name} ${task.version}`) },
  ];
  const requested: TableColumn<ListedTask> = {
    title: "requested (UTC)",
    cell: (task) => span(formatMoment(new Date(task.requested_at)), "faint"),
  };
  return renderTable(tasks, options.columns >= WIDE ? [...base, requested] : base, options.columns);
}
