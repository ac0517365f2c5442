import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, oneOf, wholeNumber } from "../input/parse-option.ts";
import { readPages } from "../read-pages.ts";
import { renderTaskTable } from "../render/task-table.ts";
import type { CommandSession } from "../session.ts";
import { addFilterOptions, FILTER_CHOICE, filterOf } from "../task-filter.ts";

/** Orders by what they are called at the command line. */
const ORDERS = {
  newest: "-task_id",
  oldest: "task_id",
  "requested-last": "-requested_at",
  "requested-first": "requested_at",
} as const;
const ORDER_NAMES = ["newest", "oldest", "requested-last", "requested-first"] as const;

const ListOptions = GlobalOptions.extend({
  ...FILTER_CHOICE,
  order: z.enum(ORDER_NAMES),
  total: z.boolean().default(false),
  limit: z.number(),
  cursor: z.string().optional(),
  json: z.boolean().default(false),
});

/** Adds `task list`: tasks, newest first, a page at a time. */
export function addListCommand(task: Command, session: CommandSession): void {
  addFilterOptions(task.command("list").description("list tasks, newest first"))
    .option("--order <name>", `one of ${ORDER_NAMES.join(", ")}`, oneOf("--order", ORDER_NAMES), "newest")
    .option("--total", "also say how many tasks the filter fits")
    .option("--limit <n>", "tasks on a page, at most 1000", wholeNumber("--limit", 1, 1000), 20)
    .option("--cursor <text>", "go on where a page ended, as that page said", filledText("--cursor"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker task list --state error --since 2027-01-31T09:00:00Z --total")
    .action(async (_options: unknown, command: Command) => {
      await listTasks(session, ListOptions.parse(command.optsWithGlobals()));
    });
}

async function listTasks(session: CommandSession, options: z.infer<typeof ListOptions>): Promise<void> {
  const { io, printer } = session;
  let total: number | null = null;
  const { items, next } = await withClient(session, options, (client) =>
    readPages(options, async (page) => {
      const wantsTotal = options.total && total === null;
      const query = { ...filterOf(options), ...page, order: ORDERS[options.order], total: wantsTotal };
      const answer = await client.call(ROUTES.listTasks, { query });
      total ??= answer.total;
      return { items: answer.tasks, next: answer.next_cursor };
    }),
  );
  if (options.json) for (const task of items) printer.json(task);
  else if (items.length === 0) printer.note("no tasks");
  else {
    const { columns, unicode } = printer;
    printer.lines(renderTaskTable(items, { columns, now: io.clock.now(), unicode }));
  }
  if (total !== null) printer.note(`${total} in all`);
  if (next !== null && !options.json) printer.note(`more with --cursor ${next}`);
}
