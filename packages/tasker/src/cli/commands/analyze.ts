import type { Command } from "commander";
import { z } from "zod";
import { cachedTaskAnalysis } from "../../analysis/cached-analysis.ts";
import { analyzeTask } from "../../analysis/task/analyze-task.ts";
import type { Cache } from "../../cache/cache.ts";
import { withCache } from "../command-cache.ts";
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
      const loaded = await readWholeConfiguration(options, io);
      const settings = loaded.document.dependency_graph;
      await withDatabase(options, io, "existing", async (database) => {
        if (options.json) {
          const cached = (cache: Cache) => cachedTaskAnalysis(cache, database, task, settings, now);
          printer.raw(`${await withCache(loaded, database, cached)}\n`);
        } else {
          const analysis = await analyzeTask(database, task, { now, settings });
          printer.lines(drawAnalysis(analysis, printer.columns));
        }
      });
    });
}
