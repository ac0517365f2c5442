import type { Command } from "commander";
import { z } from "zod";
import { HealthStatus, Readiness } from "../../api/shapes/health.ts";
import { type Client, ROUTES } from "../../client/index.ts";
import { withRunningServer } from "../command-client.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { chooseDatabase, openChosenDatabase, requireDatabase } from "../open-command-database.ts";
import type { Printer } from "../printer.ts";
import { readCommandConfiguration } from "../read-command-configuration.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const HealthOptions = GlobalOptions.extend({
  live: z.boolean().default(false),
  ready: z.boolean().default(false),
  status: z.boolean().default(false),
  json: z.boolean().default(false),
});

type HealthOptions = z.infer<typeof HealthOptions>;

const CheckDetails = z.object({
  checks: z.record(z.string(), z.object({ status: z.string(), message: z.string() })).optional(),
});
const Figures = z.record(z.string(), z.unknown()).optional();
const StatusDetails = z.object({
  error: z.string().optional(),
  reasons: z.array(z.string()).optional(),
  metrics: Figures,
  performance_analytics: Figures,
});

/** Adds `health`: whether the command line could do its work on a database, and how all that work on it are doing. */
export function addHealthCommand(program: Command, session: CommandSession): void {
  program
    .command("health")
    .description("check the database, or a server, and all that work on it; exit code 1 if something is wrong")
    .option("--live", "only whether this program runs")
    .option("--ready", "whether work could be done: database, schema, connections, disk (default)")
    .option("--status", "also processes, orphans, durable subscribers, and how tasks and steps are doing")
    .option("--json", "print the report as one JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker health --status --database-url postgres://localhost/orders")
    .action(async (_options: unknown, command: Command) => {
      session.finish(await checkHealth(session, HealthOptions.parse(command.optsWithGlobals())));
    });
}

async function checkHealth(session: CommandSession, options: HealthOptions): Promise<number> {
  if ([options.live, options.ready, options.status].filter(Boolean).length > 1) {
    throw new UsageError("several of --live, --ready and --status are given, expected one of them");
  }
  return withRunningServer(
    session,
    options,
    (client) => tellHealth(session, options, askServer(client)),
    () => withOwnHealth(session, options, (health) => tellHealth(session, options, health)),
  );
}

/** What answers the questions. */
interface HealthSource {
  live(): Promise<unknown>;
  ready(): Promise<z.output<typeof Readiness>>;
  status(): Promise<z.output<typeof HealthStatus>>;
}

/** A server tells its checks to those who may see them. */
function askServer(client: Client): HealthSource {
  return {
    live: () => client.call(ROUTES.checkLiveness),
    ready: () => client.call(ROUTES.checkReadiness),
    status: () => client.call(ROUTES.getHealthStatus),
  };
}

/** Without a server, this process looks whether it could work on the database, also where that cannot be opened. */
async function withOwnHealth<T>(
  { io }: CommandSession,
  options: HealthOptions,
  work: (source: HealthSource) => Promise<T>,
): Promise<T> {
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
    return await work({
      live: async () => health.live(),
      ready: async () => Readiness.parse(await health.ready({ details: true })),
      status: async () => HealthStatus.parse(await health.status({ details: true })),
    });
  } finally {
    await health.close();
  }
}

async function tellHealth({ printer }: CommandSession, options: HealthOptions, source: HealthSource): Promise<number> {
  if (options.live) {
    const report = await source.live();
    if (options.json) printer.json(report);
    else printer.text("alive");
    return EXIT.done;
  }
  if (!options.status) {
    const report = await source.ready();
    if (options.json) printer.json(report);
    else {
      printer.text(report.message);
      printChecks(report, printer);
    }
    return report.ready ? EXIT.done : EXIT.failed;
  }
  const report = await source.status();
  if (options.json) printer.json(report);
  else {
    const { error, reasons = [], metrics, performance_analytics: performance } = StatusDetails.parse(report);
    printer.text(report.status);
    printChecks(report, printer);
    for (const reason of reasons) printer.note(reason);
    if (error !== undefined) printer.note(error);
    printCounts({ ...metrics, ...performance }, printer);
  }
  return report.healthy ? EXIT.done : EXIT.failed;
}

type Check = readonly [string, { readonly status: string; readonly message: string }];

const CHECKS: readonly TableColumn<Check>[] = [
  { title: "check", cell: ([name]) => span(name) },
  { title: "status", cell: ([, { status }]) => span(status, status === "healthy" ? "good" : "bad") },
  { title: "", cell: ([, { message }]) => span(message) },
];

function printChecks(report: object, printer: Printer): void {
  const { checks } = CheckDetails.parse(report);
  if (checks !== undefined) printer.lines(renderTable(Object.entries(checks), CHECKS, printer.columns));
}

function printCounts(groups: Readonly<Record<string, unknown>>, printer: Printer): void {
  for (const [group, values] of Object.entries(groups)) {
    if (typeof values !== "object" || values === null) continue;
    const texts = Object.entries(values).map(([name, value]) => `${name} ${value}`);
    printer.text(`${group}: ${texts.join(", ")}`);
  }
}
