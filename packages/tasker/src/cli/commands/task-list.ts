import type { Command } from "commander";
import { z } from "zod";
import { GlobalOptions } from "../global-options.ts";
import { oneOf, wholeNumber } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import { renderTaskTable } from "../render/task-table.ts";
import type { CommandSession } from "../session.ts";
import { type ListedTask, listTasksStatement } from "../statements/list-tasks.ts";

const STATES = ["pending", "in_progress", "complete", "error", "cancelled", "resolved_manually"] as const;

const ListOptions = GlobalOptions.extend({
  state: z.string().optional(),
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
  // One more than a page, to know whether another follows.
  const parameters = [after ?? null, state ?? null, name ?? null, namespace ?? null, limit + 1] as const;
  const found = await withDatabase(options, io, "existing", (database) => database.run(listTasksStatement, parameters));
  const page = found.slice(0, limit);
  if (options.json) {
    for (const task of page) printer.json(jsonTask(task));
    return;
  }
  if (page.length === 0) printer.note("no tasks");
  else
    printer.lines(renderTaskTable(page, { columns: printer.columns, now: io.clock.now(), unicode: printer.unicode }));
  const last = page.at(-1);
  if (found.length > limit && last !== undefined) printer.note(`more with --after ${last.task_id}`);
}

function jsonTask(task: ListedTask) {
  return {
    ...task,
    requested_at: task.requested_at.toISOString(),
    changed_at: task.changed_at?.toISOString() ?? null,
  };
}
