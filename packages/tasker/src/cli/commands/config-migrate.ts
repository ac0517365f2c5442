import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { UsageError } from "../errors.ts";
import type { CommandSession } from "../session.ts";

const MigrateOptions = z.object({ write: z.boolean().default(false), json: z.boolean().default(false) });

/** Adds `config migrate`: rewrites a file of an older version. */
export function addConfigMigrateCommand(config: Command, session: CommandSession): void {
  config
    .command("migrate <file>")
    .description("bring a configuration file to the newest version of the format, comments and all")
    .option("--write", "write the file instead of printing what it would be")
    .option("--json", "print a JSON object with the changes and the text")
    .addHelpText("after", "\nExample:\n  $ tasker config migrate tasker.yaml --write")
    .action(async (file: string, _options: unknown, command: Command) => {
      await migrate(session, file, MigrateOptions.parse(command.opts()));
    });
}

async function migrate(
  { io, printer }: CommandSession,
  file: string,
  { write, json }: z.infer<typeof MigrateOptions>,
): Promise<void> {
  const { migrateFile } = await import("../../settings/migrate-file.ts");
  const path = resolve(io.cwd, file);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new UsageError(`${file} cannot be read`, { context: { file }, cause });
  });
  const migrated = migrateFile(text, file);
  const { changes, text: after } = migrated;
  if (write && changes.length > 0) await writeFile(path, after);
  if (json) {
    printer.json({ file, changes, text: after, written: write && changes.length > 0 });
    return;
  }
  for (const change of changes) printer.note(change);
  if (changes.length === 0) printer.note(`${file} is up to date`);
  if (!write) printer.raw(after);
}
