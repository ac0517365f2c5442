import type { Command } from "commander";
import { z } from "zod";
import type { TaskSummary } from "../../api/shapes/task.ts";
import { type Client, ROUTES } from "../../client/index.ts";
import { STATES } from "../../states/state.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, oneOf, wholeNumber } from "../input/parse-option.ts";
import { renderTaskTable } from "../render/task-table.ts";
import type { CommandSession } from "../session.ts";

/** Most tasks that a server gives at a time. */
const MOST_ON_A_PAGE = 200;

const ListOptions = GlobalOptions.extend({
  state: z.enum(STATES).optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  limit: z.number(),
  cursor: z.string().optional(),
  json: z.boolean().default(false),
});

/** Adds `task list`: tasks, newest first, a page at a time. */
export function addListCommand(task: Command, session: CommandSession): void {
  task
    .command("list")
    .description("list tasks, newest first")
    .option("--state <state>", `only tasks in this state: ${STATES.join(", ")}`, oneOf("--state", STATES))
    .option("--name <name>", "only tasks of templates with this name")
    .option("--namespace <name>", "only tasks of this namespace")
    .option("--limit <n>", "tasks on a page, at most 1000", wholeNumber("--limit", 1, 1000), 20)
    .option("--cursor <text>", "go on where a page ended, as that page said", filledText("--cursor"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker task list --state error --limit 50")
    .action(async (_options: unknown, command: Command) => {
      await listTasks(session, ListOptions.parse(command.optsWithGlobals()));
    });
}

async function listTasks(session: CommandSession, options: z.infer<typeof ListOptions>): Promise<void> {
  const { io, printer } = session;
  const { page, next } = await withClient(session, options, (client) => readTasks(client, options));
  if (options.json) {
    for (const task of page) printer.json(task);
    return;
  }
  if (page.length === 0) printer.note("no tasks");
  else
    printer.lines(renderTaskTable(page, { columns: printer.columns, now: io.clock.now(), unicode: printer.unicode }));
  if (next !== null) printer.note(`more with --cursor ${next}`);
}

/** Reads pages until there are as many tasks as asked for: one of the server may have fewer, and not be the last. */
async function readTasks(client: Client, { state, name, namespace, limit, cursor }: z.infer<typeof ListOptions>) {
  const page: z.output<typeof TaskSummary>[] = [];
  let next: string | null = cursor ?? null;
  do {
    const query = {
      ...(state === undefined ? {} : { state: [state] }),
      ...(namespace === undefined ? {} : { namespace: [namespace] }),
      name,
      limit: Math.min(limit - page.length, MOST_ON_A_PAGE),
      ...(next === null ? {} : { cursor: next }),
    };
    const { tasks, next_cursor: following } = await client.call(ROUTES.listTasks, { query });
    page.push(...tasks);
    next = following;
  } while (next !== null && page.length < limit);
  return { page, next };
}
