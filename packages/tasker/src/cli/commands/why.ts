import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { wholeNumber } from "../input/parse-option.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const WhyOptions = GlobalOptions.extend({ json: z.boolean().default(false) });

/**
 * Adds `task why`: why a task does not go on, and what would change that.
 * @param parent `tasker task`, or `tasker` itself for the short form
 */
export function addWhyCommand(
  parent: Command,
  session: CommandSession,
  description = "say why a task does not go on, and what would change that",
): void {
  const words = parent.parent === null ? "tasker why" : "tasker task why";
  parent
    .command("why")
    .description(description)
    .argument("<task>", "id of the task", wholeNumber("task", 1))
    .option("--json", "print a JSON object")
    .addHelpText("after", `\nExample:\n  $ ${words} 12`)
    .action(async (task: number, _options: unknown, command: Command) => {
      const { printer } = session;
      const options = WhyOptions.parse(command.optsWithGlobals());
      const why = await withClient(session, options, (client) =>
        client.call(ROUTES.explainTask, { params: { task_id: task } }),
      );
      if (options.json) printer.raw(`${JSON.stringify(why, null, 2)}\n`);
      else printer.wrapped([span(why.text)], []);
    });
}
