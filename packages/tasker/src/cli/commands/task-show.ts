import type { Command } from "commander";
import { z } from "zod";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { wholeNumber } from "../input/parse-option.ts";
import { detailsOfAnswer } from "../progress/details-of-answer.ts";
import { readWholeTask } from "../progress/read-whole-task.ts";
import { drawTaskDetails } from "../render/task-details-lines.ts";
import type { CommandSession } from "../session.ts";

const ShowOptions = GlobalOptions.extend({ json: z.boolean().default(false) });

/** Adds `task show`: everything about one task. */
export function addShowCommand(task: Command, session: CommandSession): void {
  task
    .command("show")
    .description("show a task: its steps, their results and errors, and the audit trail")
    .argument("<id>", "id of the task", wholeNumber("id", 1))
    .option("--json", "print a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker task show 12")
    .action(async (id: number, _options: unknown, command: Command) => {
      await showTask(session, id, ShowOptions.parse(command.optsWithGlobals()));
    });
}

async function showTask(session: CommandSession, taskId: number, options: z.infer<typeof ShowOptions>): Promise<void> {
  const { io, printer } = session;
  const answer = await withClient(session, options, (client) => readWholeTask(client, taskId));
  if (options.json) return printer.raw(`${JSON.stringify(answer, null, 2)}\n`);
  const { columns, unicode } = printer;
  printer.lines(drawTaskDetails(detailsOfAnswer(answer), { columns, unicode, now: io.clock.now() }));
}
