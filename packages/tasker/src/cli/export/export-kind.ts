import type { z } from "zod";
import { Step, TransitionPage } from "../../api/shapes/step.ts";
import { TaskSummary } from "../../api/shapes/task.ts";
import { type Client, RequestFailedError, ROUTES } from "../../client/index.ts";
import { readWholeTask } from "../progress/read-whole-task.ts";
import { readPages } from "../read-pages.ts";

type Task = z.output<typeof TaskSummary>;
type Row = Readonly<Record<string, unknown>>;

/** Forms of an export: a JSON object on each line, or a table. */
export const EXPORT_FORMATS = ["jsonl", "csv"] as const;
/** A form of an export. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What of tasks is exported. */
export interface ExportKind {
  readonly name: string;
  readonly description: string;
  /** Columns of the table. */
  readonly columns: readonly string[];
  /** The rows of a task. */
  rows(client: Client, task: Task, format: ExportFormat): Promise<readonly Row[]>;
}

const EVERYTHING = { limit: Number.POSITIVE_INFINITY };

/** What there is to export. */
export const EXPORT_KINDS: readonly ExportKind[] = [
  {
    name: "tasks",
    description: "write tasks: as JSON with everything about them, also steps and transitions; as CSV a row each",
    columns: Object.keys(TaskSummary.shape),
    rows: async (client, task, format) => (format === "csv" ? [task] : [await readWholeTask(client, task.task_id)]),
  },
  {
    name: "steps",
    description: "write the steps of tasks, a row each, with their inputs and results",
    columns: Object.keys(Step.shape),
    rows: async (client, { task_id }) => {
      const { items } = await readPages(EVERYTHING, async (query) => {
        const answer = await client.call(ROUTES.listSteps, { params: { task_id }, query });
        return { items: answer.steps, next: answer.next_cursor };
      });
      return items;
    },
  },
  {
    name: "transitions",
    description: "write the audit trail of tasks, a row for each change of state",
    columns: ["task_id", ...Object.keys(TransitionPage.shape.transitions.element.shape)],
    rows: async (client, { task_id }) => {
      const { items } = await readPages(EVERYTHING, async (query) => {
        const answer = await client.call(ROUTES.listTransitions, { params: { task_id }, query });
        return { items: answer.transitions, next: answer.next_cursor };
      });
      return items.map((item) => ({ task_id, ...item }));
    },
  },
];

/** The rows of a task; none if it has been deleted since it was listed. */
export async function rowsOf(
  kind: ExportKind,
  client: Client,
  task: Task,
  format: ExportFormat,
): Promise<readonly Row[]> {
  try {
    return await kind.rows(client, task, format);
  } catch (error) {
    if (error instanceof RequestFailedError && error.status === 404) return [];
    throw error;
  }
}
