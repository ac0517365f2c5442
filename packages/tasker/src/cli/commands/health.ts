import type { Command } from "commander";
import { z } from "zod";
import type { CheckEntries } from "../../health/health-report.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { chooseDatabase, openChosenDatabase, requireDatabase } from "../open-command-database.ts";
import type { Printer } from "../printer.ts";
import { readCommandConfiguration } from "../read-command-configuration.ts";
import { renderTable } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const HealthOptions = GlobalOptions.extend({
  live: z.boolean().default(false),
  ready: z.boolean().default(false),
  status: z.boolean().default(false),
  json: z.boolean().default(false),
});

/** Adds `health`: whether the command line could do its work on a database, and how all that work on it are doing. */
export function addHealthCommand(program: Command, session: CommandSession): void {
  program
    .command("health")
    .description("check the database and all that work on it; exit code 1 if something is wrong")
    .option("--live", "only whether this program runs")
    .option("--ready", "whether work could be done: database, schema, connections, disk (default)")
    .option("--status", "also processes, orphans, durable subscribers, and how tasks and steps are doing")
    .option("--json", "print the report as one JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker health --status --database-url postgres://localhost/orders")
    .action(async (_options: unknown, command: Command) => {
      session.finish(await checkHealth(session, HealthOptions.parse(command.optsWithGlobals())));
    });
}

async function checkHealth(session: CommandSession, options: z.infer<typeof HealthOptions>): Promise<number> {
  const { io, printer } = session;
  if ([options.live, options.ready, options.status].filter(Boolean).length > 1) {
    throw new UsageError("several of --live, --ready and --status are given, expected one of them");
  }
  const { document } = await readCommandConfiguration(options, io);
  const { Health } = await import("../../health/health.ts");
  const choice = chooseDatabase(options, io);
  if (!options.live) await requireDatabase(choice, io);
  const opening = { connectTimeoutMs: document.health.readiness_timeout_seconds * 1_000 };
  const health = new Health({
    database: () => openChosenDatabase(choice, opening),
    dataDirectory: choice.kind === "embedded" ? choice.directory : undefined,
    config: document.health,
    clock: io.clock,
  });
  try {
    if (options.live) {
      const report = health.live();
      if (options.json) printer.json(report);
      else printer.text("alive");
      return EXIT.done;
    }
    if (options.status) {
      const report = await health.status({ details: true });
      if (options.json) {
        printer.json(report);
      } else {
        printer.text(report.status);
        printChecks(report.checks, printer);
        for (const reason of report.reasons ?? []) printer.note(reason);
        if (report.error !== undefined) printer.note(report.error);
        if (report.metrics !== undefined) printCounts({ ...report.metrics, ...report.performance_analytics }, printer);
      }
      return report.healthy ? EXIT.done : EXIT.failed;
    }
    const report = await health.ready({ details: true });
    if (options.json) {
      printer.json(report);
    } else {
      printer.text(report.message);
      printChecks(report.checks, printer);
    }
    return report.ready ? EXIT.done : EXIT.failed;
  } finally {
    await health.close();
  }
}

function printChecks(checks: CheckEntries | undefined, printer: Printer): void {
  const layout = [
    { title: "check", cell: ([name]: readonly [string, CheckEntries[string]]) => span(name) },
    {
      title: "status",
      cell: ([, { status }]: readonly [string, CheckEntries[string]]) =>
        span(status, status === "healthy" ? "good" : "bad"),
    },
    { title: "", cell: ([, { message }]: readonly [string, CheckEntries[string]]) => span(message) },
  ];
  printer.lines(renderTable(Object.entries(checks ?? {}), layout, printer.columns));
}

function printCounts(groups: Readonly<Record<string, unknown>>, printer: Printer): void {
  for (const [group, values] of Object.entries(groups)) {
    if (typeof values !== "object" || values === null) continue;
    const texts = Object.entries(values).map(([name, value]) => `${name} ${value}`);
    printer.text(`${group}: ${texts.join(", ")}`);
  }
}
