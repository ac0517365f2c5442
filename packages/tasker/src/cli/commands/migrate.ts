import type { Command } from "commander";
import { z } from "zod";
import { createReferenceIndexes, type IndexProgress } from "../../database/indexes/create-reference-indexes.ts";
import { type MigrationState, migrate, migrationStatus } from "../../database/migrate.ts";
import { GlobalOptions } from "../global-options.ts";
import { oneOf } from "../input/parse-option.ts";
import { chooseDatabase, openChosenDatabase, requireDatabase } from "../open-command-database.ts";
import { formatMoment } from "../render/format-duration.ts";
import { renderTable } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const INDEX_SETS = ["lean", "reference"] as const;

const MigrateOptions = GlobalOptions.extend({
  status: z.boolean().default(false),
  json: z.boolean().default(false),
  indexes: z.enum(INDEX_SETS),
});

/**
 * Adds `migrate`: brings a database's schema up to date.
 * @param parent `tasker db`, or `tasker` itself for the short form
 * @param description default: what the command does
 */
export function addMigrateCommand(
  parent: Command,
  session: CommandSession,
  description = "bring the database's schema up to date",
): void {
  const words = parent.parent === null ? "tasker migrate" : `${parent.parent.name()} ${parent.name()} migrate`;
  parent
    .command("migrate")
    .description(description)
    .option("--status", "list the migrations and when they were applied; change nothing")
    .option(
      "--indexes <set>",
      "lean: those that Tasker reads; reference: also the Rails engine's others",
      oneOf("--indexes", INDEX_SETS),
      "lean",
    )
    .option("--json", "print a JSON object; with --status one a line")
    .addHelpText("after", `\nExample:\n  $ ${words} --database-url postgres://localhost/orders`)
    .action(async (_options: unknown, command: Command) => {
      await migrateDatabase(session, MigrateOptions.parse(command.optsWithGlobals()));
    });
}

async function migrateDatabase(
  { io, printer }: CommandSession,
  options: z.infer<typeof MigrateOptions>,
): Promise<void> {
  const choice = chooseDatabase(options, io);
  if (options.status) await requireDatabase(choice, io);
  // an index of a large table takes longer than other statements may
  const database = await openChosenDatabase(choice, { statementTimeoutMs: 0 });
  try {
    if (options.status) {
      const states = await migrationStatus(database);
      if (options.json) {
        for (const { number, name, appliedAt } of states) printer.json({ number, name, applied_at: appliedAt });
      } else printer.lines(renderTable<MigrationState>(states, COLUMNS, printer.columns));
      return;
    }
    const { applied, adopted } = await migrate(database);
    if (options.json) {
      const indexes = options.indexes === "reference" ? await createReferenceIndexes(database) : [];
      printer.json({ applied, adopted, indexes });
      return;
    }
    for (const name of applied) printer.text(`${adopted.includes(name) ? "found in place" : "applied"} ${name}`);
    if (applied.length === 0) printer.text("the schema is up to date");
    if (options.indexes === "reference") {
      const built = await createReferenceIndexes(database, (progress) => printer.text(indexLine(progress)));
      printer.text(
        built.length === 0 ? "all indexes of the Rails engine are there" : `created ${built.length} indexes`,
      );
    }
  } finally {
    await database.close();
  }
}

function indexLine({ index, position, total, rebuilt }: IndexProgress): string {
  return `index ${position} of ${total}: ${index}${rebuilt ? ", again after an interrupted build" : ""}`;
}

const COLUMNS = [
  {
    title: "migration",
    cell: ({ number, name }: MigrationState) => span(`${String(number).padStart(4, "0")}_${name}`),
  },
  {
    title: "applied (UTC)",
    cell: ({ appliedAt }: MigrationState) =>
      appliedAt === null ? span("not yet", "waiting") : span(formatMoment(appliedAt)),
  },
];
