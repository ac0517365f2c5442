import type { Command } from "commander";
import { z } from "zod";
import { analysisJson } from "../../analysis/task/analysis-json.ts";
import { analyzeTask } from "../../analysis/task/analyze-task.ts";
import { GlobalOptions } from "../global-options.ts";
import { wholeNumber } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import { readWholeConfiguration } from "../read-command-configuration.ts";
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
      const { io, printer } = session;
      const options = AnalyzeOptions.parse(command.optsWithGlobals());
      const now = new Date(io.clock.now());
      const { document } = await readWholeConfiguration(options, io);
      const settings = document.dependency_graph;
      const analysis = await withDatabase(options, io, "existing", (database) =>
        analyzeTask(database, task, { now, settings }),
      );
      if (options.json) printer.raw(`${analysisJson(analysis)}\n`);
      else printer.lines(drawAnalysis(analysis, printer.columns));
    });
}
