import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { wholeNumber } from "../input/parse-option.ts";
import { drawAnalysis } from "../render/analysis-lines.ts";
import type { CommandSession } from "../session.ts";

const AnalyzeOptions = GlobalOptions.extend({ json: z.boolean().default(false) });

/** Adds `analyze`: what holds a task up, and when it will be done. */
export function addAnalyzeCommand(program: Command, session: CommandSession): void {
  program
    .command("analyze")
    .description("analyse a task: its critical paths, bottlenecks, failures, and when it will be done")
    .argument("<task>", "id of the task", wholeNumber("task", 1))
    .option("--json", "print everything as a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker analyze 12")
    .action(async (task: number, _options: unknown, command: Command) => {
      const { printer } = session;
      const options = AnalyzeOptions.parse(command.optsWithGlobals());
      const analysis = await withClient(session, options, (client) =>
        client.call(ROUTES.analyzeTask, { params: { task_id: task } }),
      );
      if (options.json) printer.raw(`${JSON.stringify(analysis, null, 2)}\n`);
      else printer.lines(drawAnalysis(analysis, printer.columns));
    });
}
