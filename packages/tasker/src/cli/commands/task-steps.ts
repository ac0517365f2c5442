import type { Command } from "commander";
import { z } from "zod";
import type { Step } from "../../api/shapes/step.ts";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { readTransitionFacts } from "../progress/transition-facts.ts";
import { readPages } from "../read-pages.ts";
import { formatDuration } from "../render/format-duration.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import { stateMark, stateTone } from "../render/step-mark.ts";
import type { CommandSession } from "../session.ts";

const StepsOptions = GlobalOptions.extend({
  limit: z.number(),
  cursor: z.string().optional(),
  json: z.boolean().default(false),
});
type ListedStep = z.output<typeof Step>;

/** Adds `task steps`: the steps of a task as a table. */
export function addStepsCommand(task: Command, session: CommandSession): void {
  task
    .command("steps")
    .description("list the steps of a task with their states and attempts")
    .argument("<id>", "id of the task", wholeNumber("id", 1))
    .option("--limit <n>", "most of them", wholeNumber("--limit", 1, 100_000), 1_000)
    .option("--cursor <text>", "go on where a page ended, as that page said", filledText("--cursor"))
    .option("--json", "print one JSON object a line, with inputs and results")
    .addHelpText("after", "\nExample:\n  $ tasker task steps 12")
    .action(async (id: number, _options: unknown, command: Command) => {
      await listSteps(session, id, StepsOptions.parse(command.optsWithGlobals()));
    });
}

async function listSteps(
  session: CommandSession,
  taskId: number,
  options: z.infer<typeof StepsOptions>,
): Promise<void> {
  const { printer } = session;
  const { items, next } = await withClient(session, options, (client) =>
    readPages(options, async (query) => {
      const answer = await client.call(ROUTES.listSteps, { params: { task_id: taskId }, query });
      return { items: answer.steps, next: answer.next_cursor };
    }),
  );
  if (options.json) for (const step of items) printer.json(step);
  else if (items.length === 0) printer.note(`task ${taskId} has no steps`);
  else printer.lines(renderTable(items, columnsOf(printer.unicode), printer.columns));
  if (next !== null && !options.json) printer.note(`more with --cursor ${next}`);
}

function columnsOf(unicode: boolean): readonly TableColumn<ListedStep>[] {
  return [
    { title: "id", cell: ({ step_id: id }) => span(String(id)), right: true },
    { title: "name", cell: ({ name }) => span(name, "strong") },
    {
      title: "state",
      cell: ({ state }) => span(`${stateMark(state, { unicode }).text} ${state}`, stateTone(state)),
    },
    { title: "attempts", cell: (step) => span(`${step.attempts}/${step.retry_limit}`), right: true },
    { title: "took", cell: ({ metadata }) => span(durationOf(metadata)), right: true },
    { title: "error", cell: ({ state, metadata }) => span((state === "error" && errorOf(metadata)) || "-") },
  ];
}

function durationOf(metadata: ListedStep["metadata"]): string {
  const { durationMs } = readTransitionFacts(metadata);
  return durationMs === null ? "-" : formatDuration(durationMs);
}

function errorOf(metadata: ListedStep["metadata"]): string | null {
  return readTransitionFacts(metadata).error;
}
