import type { Command } from "commander";
import { z } from "zod";
import { examineSchema, type SchemaReport } from "../../database/doctor/examine-schema.ts";
import type { Finding, Severity } from "../../database/doctor/finding.ts";
import { UsageError } from "../errors.ts";
import { EXIT } from "../exit-code.ts";
import { GlobalOptions } from "../global-options.ts";
import { chooseDatabase, openChosenDatabase, requireDatabase } from "../open-command-database.ts";
import type { Printer } from "../printer.ts";
import { drawFinding, drawRedundantIndexes } from "../render/finding-lines.ts";
import { mendingScript } from "../render/mending-script.ts";
import type { Line } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const DoctorOptions = GlobalOptions.extend({ json: z.boolean().default(false), sql: z.boolean().default(false) });

/** Adds `db doctor`: compares a database with the schema of this release, and says how to mend what differs. */
export function addDoctorCommand(db: Command, session: CommandSession): void {
  db.command("doctor")
    .description("compare a database with the schema of this release; say what is wrong and what mends it")
    .option("--json", "print the whole report as one JSON object")
    .option("--sql", "print the mending statements as a script for psql")
    .addHelpText("after", "\nExample:\n  $ tasker db doctor --database-url postgres://localhost/orders")
    .action(async (_options: unknown, command: Command) => {
      session.finish(await examine(session, DoctorOptions.parse(command.optsWithGlobals())));
    });
}

async function examine({ io, printer }: CommandSession, options: z.infer<typeof DoctorOptions>): Promise<number> {
  if (options.json && options.sql) throw new UsageError("--json and --sql are both given, expected one of them");
  const choice = chooseDatabase(options, io);
  await requireDatabase(choice, io);
  const database = await openChosenDatabase(choice);
  try {
    const report = await examineSchema(database);
    if (options.json) printer.json(report);
    else if (options.sql) printer.raw(mendingScript(report));
    else printReport(report, printer);
    return report.findings.some(({ severity }) => severity === "error") ? EXIT.failed : EXIT.done;
  } finally {
    await database.close();
  }
}

function printReport(report: SchemaReport, printer: Printer): void {
  const { server, schema, madeBy, migrations, findings, preamble } = report;
  const who = { tasker: "", rails: ", made by Rails", none: "" }[madeBy ?? "none"];
  const where = `PostgreSQL ${server ?? "(unknown)"}, schema ${schema}${who}`;
  const state = `${where}: ${migrations.applied} of ${migrations.known} migrations`;
  if (findings.length === 0) {
    printer.text(`${state}, nothing to complain about`);
    return;
  }
  printer.text(state);
  const redundant = findings.filter(({ topic }) => topic === "redundant index");
  for (const one of findings.filter(({ topic }) => topic !== "redundant index")) {
    print(drawFinding(one, printer.columns), printer);
  }
  if (redundant.length > 0) print(drawRedundantIndexes(redundant, printer.columns), printer);
  printer.raw("\n");
  printer.text(`${summary(findings)}. Nothing was changed.`);
  if (findings.every(({ statements }) => statements.length === 0)) return;
  printer.text("'tasker db doctor --sql' prints the statements as a script.");
  if (preamble.length > 0) printer.text(`Before the statements above: ${preamble.join(" ")}`);
}

/** Lines of a finding after an empty one. They are wrapped where they may be; statements are for copying. */
function print(lines: readonly Line[], printer: Printer): void {
  printer.raw("\n");
  for (const line of lines) printer.raw(`${printer.paint(line)}\n`);
}

function summary(findings: readonly Finding[]): string {
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  const advice = count("advice");
  return [
    plural(count("error"), "error"),
    plural(count("warning"), "warning"),
    ...(advice === 0 ? [] : [`advice on ${plural(advice, "thing")}`]),
  ].join(", ");
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
