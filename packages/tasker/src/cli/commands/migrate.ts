import type { Command } from "commander";
import { z } from "zod";
import { type MigrationState, migrate, migrationStatus } from "../../database/migrate.ts";
import { GlobalOptions } from "../global-options.ts";
import { chooseDatabase, openChosenDatabase, requireDatabase } from "../open-command-database.ts";
import { formatMoment } from "../render/format-duration.ts";
import { renderTable } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const MigrateOptions = GlobalOptions.extend({ status: z.boolean().default(false) });

/** Adds `migrate`: brings a database's schema up to date. */
export function addMigrateCommand(program: Command, session: CommandSession): void {
  program
    .command("migrate")
    .description("bring the database's schema up to date")
    .option("--status", "list the migrations and when they were applied; change nothing")
    .addHelpText("after", "\nExample:\n  $ tasker migrate --database-url postgres://localhost/orders")
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
  const database = await openChosenDatabase(choice);
  try {
    if (options.status) {
      printer.lines(renderTable<MigrationState>(await migrationStatus(database), COLUMNS, printer.columns));
      return;
    }
    const { applied, adopted } = await migrate(database);
    for (const name of applied) printer.text(`${adopted.includes(name) ? "found in place" : "applied"} ${name}`);
    if (applied.length === 0) printer.text("the schema is up to date");
  } finally {
    await database.close();
  }
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
