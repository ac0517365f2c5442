import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { wholeNumber } from "../input/parse-option.ts";
import { readStepName } from "../input/read-step-name.ts";
import { drawStep } from "../render/step-details-lines.ts";
import type { CommandSession } from "../session.ts";

const ShowOptions = GlobalOptions.extend({ json: z.boolean().default(false) });

/** Adds `step show`: everything about one step. */
export function addStepShowCommand(step: Command, session: CommandSession): void {
  const { printer } = session;
  step
    .command("show")
    .description("show a step of a task: its state, attempts, inputs, results and last error")
    .argument("<task>", "id of the task", wholeNumber("task", 1))
    .argument("<step>", "name of the step, or #<id>")
    .option("--json", "print a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker step show 12 charge")
    .action(async (taskId: number, named: string, _options: unknown, command: Command) => {
      const options = ShowOptions.parse(command.optsWithGlobals());
      const params = { task_id: taskId, step: readStepName(named) };
      const found = await withClient(session, options, (client) => client.call(ROUTES.getStep, { params }));
      if (options.json) printer.raw(`${JSON.stringify(found, null, 2)}\n`);
      else printer.lines(drawStep(found, printer));
    });
}
