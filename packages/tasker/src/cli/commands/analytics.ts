import type { Command } from "commander";
import { z } from "zod";
import { findBottlenecks } from "../../analysis/analytics/find-bottlenecks.ts";
import { measurePerformance } from "../../analysis/analytics/performance.ts";
import { cachedBottlenecks, cachedPerformance } from "../../analysis/cached-analysis.ts";
import { withCache } from "../command-cache.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { withDatabase } from "../open-command-database.ts";
import { readWholeConfiguration } from "../read-command-configuration.ts";
import { drawBottlenecks, drawPerformance } from "../render/analytics-lines.ts";
import type { CommandSession } from "../session.ts";

/** Longest period in hours: a year. */
const MOST_HOURS = 8_784;

const PerformanceOptions = GlobalOptions.extend({ json: z.boolean().default(false) });
const BottleneckOptions = PerformanceOptions.extend({
  period: z.number(),
  namespace: z.string().optional(),
  name: z.string().optional(),
});

/** Adds `analytics performance` and `analytics bottlenecks`: how the tasks of a database did. */
export function addAnalyticsCommands(program: Command, session: CommandSession): void {
  const { io, printer } = session;
  const analytics = program.command("analytics").description("measure how the tasks of the database did");
  analytics
    .command("performance")
    .description("show how many tasks came and what became of them, in the last hour, 4 hours and day")
    .option("--json", "print a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker analytics performance")
    .action(async (_options: unknown, command: Command) => {
      const options = PerformanceOptions.parse(command.optsWithGlobals());
      const now = new Date(io.clock.now());
      const loaded = await readWholeConfiguration(options, io);
      await withDatabase(options, io, "existing", async (database) => {
        if (options.json) {
          const json = await withCache(loaded, database, (cache) => cachedPerformance(cache, database, now));
          printer.raw(`${JSON.stringify(JSON.parse(json), null, 2)}\n`);
        } else printer.lines(drawPerformance(await measurePerformance(database, now), printer.columns));
      });
    });
  analytics
    .command("bottlenecks")
    .description("show what made tasks slow or fail")
    .option("--period <hours>", "tasks of so many hours", wholeNumber("--period", 1, MOST_HOURS), 24)
    .option("--namespace <name>", "only tasks of this namespace", filledText("--namespace"))
    .option("--name <name>", "only tasks of templates with this name", filledText("--name"))
    .option("--json", "print a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker analytics bottlenecks --period 4 --namespace payments")
    .action(async (_options: unknown, command: Command) => {
      const options = BottleneckOptions.parse(command.optsWithGlobals());
      const scope = {
        periodHours: options.period,
        namespace: options.namespace ?? null,
        taskName: options.name ?? null,
        now: new Date(io.clock.now()),
      };
      const loaded = await readWholeConfiguration(options, io);
      await withDatabase(options, io, "existing", async (database) => {
        if (options.json) {
          const json = await withCache(loaded, database, (cache) => cachedBottlenecks(cache, database, scope));
          printer.raw(`${JSON.stringify(JSON.parse(json), null, 2)}\n`);
        } else printer.lines(drawBottlenecks(await findBottlenecks(database, scope), printer.columns));
      });
    });
}
