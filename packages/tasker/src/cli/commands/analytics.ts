import type { Command } from "commander";
import { z } from "zod";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
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
  const { printer } = session;
  const analytics = program.command("analytics").description("measure how the tasks of the database did");
  analytics
    .command("performance")
    .description("show how many tasks came and what became of them, in the last hour, 4 hours and day")
    .option("--json", "print a JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker analytics performance")
    .action(async (_options: unknown, command: Command) => {
      const options = PerformanceOptions.parse(command.optsWithGlobals());
      const report = await withClient(session, options, (client) => client.call(ROUTES.measurePerformance));
      if (options.json) printer.raw(`${JSON.stringify(report, null, 2)}\n`);
      else printer.lines(drawPerformance(report, printer.columns));
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
      const { period, namespace, name } = options;
      const report = await withClient(session, options, (client) =>
        client.call(ROUTES.findBottlenecks, { query: { period, namespace, name } }),
      );
      if (options.json) printer.raw(`${JSON.stringify(report, null, 2)}\n`);
      else printer.lines(drawBottlenecks(report, printer.columns));
    });
}
