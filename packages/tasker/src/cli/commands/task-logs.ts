import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { readPages } from "../read-pages.ts";
import { drawChange } from "../render/event-line.ts";
import type { CommandSession } from "../session.ts";

const LogsOptions = GlobalOptions.extend({
  limit: z.number(),
  cursor: z.string().optional(),
  json: z.boolean().default(false),
});

/** Widest column for names of steps. */
const NAME_COLUMNS = 32;

/** Adds `task logs`: the audit trail of a task, a line for each change of state. */
export function addLogsCommand(task: Command, session: CommandSession): void {
  task
    .command("logs")
    .description(
      "print the audit trail of a task as lines of a log: what its steps came to, and when; " +
        "what handlers log themselves goes to the log of the process that runs them",
    )
    .argument("<id>", "id of the task", wholeNumber("id", 1))
    .option("--limit <n>", "most of them, the oldest first", wholeNumber("--limit", 1, 1_000_000), 10_000)
    .option("--cursor <text>", "go on where a page ended, as that page said", filledText("--cursor"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker task logs 12")
    .action(async (id: number, _options: unknown, command: Command) => {
      await printLogs(session, id, LogsOptions.parse(command.optsWithGlobals()));
    });
}

async function printLogs(session: CommandSession, taskId: number, options: z.infer<typeof LogsOptions>): Promise<void> {
  const { printer } = session;
  const { items, next } = await withClient(session, options, (client) =>
    readPages(options, async (query) => {
      const answer = await client.call(ROUTES.listTransitions, { params: { task_id: taskId }, query });
      return { items: answer.transitions, next: answer.next_cursor };
    }),
  );
  const longest = items.reduce((width, item) => Math.max(width, (item.step_name ?? "task").length), 0);
  for (const item of items) {
    if (options.json) {
      printer.json(item);
      continue;
    }
    const { step_name: stepName, to_state: toState, metadata, at } = item;
    const change = { stepName, toState, metadata, at: Date.parse(at) };
    const nameColumns = Math.min(longest, NAME_COLUMNS);
    printer.line(drawChange(change, { time: at, nameColumns, unicode: printer.unicode }));
  }
  if (items.length === 0) printer.note(`nothing has happened to task ${taskId} yet`);
  if (next !== null && !options.json) printer.note(`more with --cursor ${next}`);
}
