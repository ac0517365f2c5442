import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { UsageError } from "../errors.ts";
import type { CommandSession } from "../session.ts";

const MigrateOptions = z.object({ write: z.boolean().default(false) });

/** Adds `config migrate`: rewrites a file of an older version. */
export function addConfigMigrateCommand(config: Command, session: CommandSession): void {
  config
    .command("migrate <file>")
    .description("bring a configuration file to the newest version of the format, comments and all")
    .option("--write", "write the file instead of printing what it would be")
    .addHelpText("after", "\nExample:\n  $ tasker config migrate tasker.yaml --write")
    .action(async (file: string, _options: unknown, command: Command) => {
      await migrate(session, file, MigrateOptions.parse(command.opts()).write);
    });
}

async function migrate({ io, printer }: CommandSession, file: string, write: boolean): Promise<void> {
  const { migrateFile } = await import("../../settings/migrate-file.ts");
  const path = resolve(io.cwd, file);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UsageError(`${file} cannot be read`, { context: { file }, cause });
  });
  const migrated = migrateFile(text, file);
  for (const change of migrated.changes) printer.note(change);
  if (migrated.changes.length === 0) printer.note(`${file} is up to date`);
  if (!write) printer.raw(migrated.text);
  else if (migrated.changes.length > 0) await writeFile(path, migrated.text);
}
