import type { Command } from "commander";
import { z } from "zod";
import type { Signal } from "../../api/shapes/signal.ts";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { readPages } from "../read-pages.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const ListOptions = GlobalOptions.extend({
  waiting: z.boolean().default(false),
  limit: z.number(),
  cursor: z.string().optional(),
  json: z.boolean().default(false),
});

const COLUMNS: readonly TableColumn<z.output<typeof Signal>>[] = [
  { title: "id", cell: ({ signal_id: id }) => span(String(id)), right: true },
  { title: "signal", cell: ({ name }) => span(name, "strong") },
  { title: "received", cell: ({ received_at: at }) => span(at) },
  { title: "sender", cell: ({ sender }) => span(sender ?? "-") },
  {
    title: "taken by",
    cell: ({ consumed_by_step_id: id }) => (id === null ? span("nobody yet", "waiting") : span(`#${id}`)),
  },
  { title: "payload", cell: ({ payload }) => span(payload === null ? "-" : JSON.stringify(payload)) },
];

/** Adds `signal list`: what a task was told. */
export function addSignalListCommand(signal: Command, session: CommandSession): void {
  const { printer } = session;
  signal
    .command("list")
    .description("list the signals of a task in the order in which they came")
    .argument("<task>", "id of the task", wholeNumber("task", 1))
    .option("--waiting", "only those that no step has taken")
    .option("--limit <n>", "most of them", wholeNumber("--limit", 1, 10_000), 100)
    .option("--cursor <text>", "go on where a page ended, as that page said", filledText("--cursor"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker signal list 12 --waiting")
    .action(async (taskId: number, _options: unknown, command: Command) => {
      const options = ListOptions.parse(command.optsWithGlobals());
      const { items, next } = await withClient(session, options, (client) =>
        readPages(options, async (page) => {
          const query = { waiting: options.waiting, ...page };
          const answer = await client.call(ROUTES.listSignals, { params: { task_id: taskId }, query });
          return { items: answer.signals, next: answer.next_cursor };
        }),
      );
      if (options.json) for (const one of items) printer.json(one);
      else if (items.length === 0) printer.note("no signals");
      else printer.lines(renderTable(items, COLUMNS, printer.columns));
      if (next !== null && !options.json) printer.note(`more with --cursor ${next}`);
    });
}
