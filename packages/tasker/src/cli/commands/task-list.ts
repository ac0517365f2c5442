import type { Command } from "commander";
import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import type { ListedTask } from "../../reading/tasks/listed-task.ts";
import type { TaskFilter } from "../../reading/tasks/task-filter.ts";
import { STATES } from "../../states/state.ts";
import { GlobalOptions } from "../global-options.ts";
import { oneOf, wholeNumber } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import { renderTaskTable } from "../render/task-table.ts";
import type { CommandSession } from "../session.ts";

const ListOptions = GlobalOptions.extend({
  state: z.enum(STATES).optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  limit: z.number(),
  after: z.number().optional(),
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
    .option("--after <id>", "go on after the task with this id", wholeNumber("--after", 1))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker task list --state error --limit 50")
    .action(async (_options: unknown, command: Command) => {
      await listTasks(session, ListOptions.parse(command.optsWithGlobals()));
    });
}

async function listTasks({ io, printer }: CommandSession, options: z.infer<typeof ListOptions>): Promise<void> {
  const { after, state, name, namespace, limit } = options;
  const filter: TaskFilter = {
    states: state === undefined ? undefined : [state],
    name,
    namespaces: namespace === undefined ? undefined : [namespace],
  };
  const { page, more } = await withDatabase(options, io, "existing", (database) =>
    readTasks(database, filter, limit, after),
  );
  if (options.json) {
    for (const task of page) printer.json(jsonTask(task));
    return;
  }
  if (page.length === 0) printer.note("no tasks");
  else
    printer.lines(renderTaskTable(page, { columns: printer.columns, now: io.clock.now(), unicode: printer.unicode }));
  const last = page.at(-1);
  if (more && last !== undefined) printer.note(`more with --after ${last.task_id}`);
}

/** Reads pages until there are as many tasks as asked for: one of the read side may have fewer, and not be the last. */
async function readTasks(database: Connection, filter: TaskFilter, limit: number, after: number | undefined) {
  const { cursorAfterTask, readTaskPage } = await import("../../reading/tasks/task-page.ts");
  const page: ListedTask[] = [];
  let cursor = after === undefined ? undefined : cursorAfterTask(after);
  do {
    const { items, nextCursor } = await readTaskPage(database, {
      ...filter,
      scope: "all",
      limit: limit - page.length,
      cursor,
    });
    page.push(...items);
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined && page.length < limit);
  return { page, more: cursor !== undefined };
}

function jsonTask(task: ListedTask) {
  return {
    ...task,
    requested_at: task.requested_at.toISOString(),
    changed_at: task.changed_at?.toISOString() ?? null,
    wake_at: task.wake_at?.toISOString() ?? null,
  };
}
