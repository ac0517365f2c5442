import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { filledText } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";
import type { GeneratedFile } from "./generated-file.ts";
import { writeFiles } from "./write-files.ts";

/** Values of the options that every generator has. */
export const GenerateOptions = z.object({
  dir: z.string(),
  force: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  json: z.boolean().default(false),
});
export type GenerateOptions = z.infer<typeof GenerateOptions>;

/**
 * Adds a command with the options that every generator has.
 * @param directory default of `--dir`
 */
export function addGenerator(generate: Command, usage: string, directory: string): Command {
  return generate
    .command(usage)
    .option("--dir <directory>", "where to", filledText("--dir"), directory)
    .option("--force", "replace files that are there")
    .option("--dry-run", "only tell what would be written; with --json also the texts")
    .option("--json", "print what was written as one JSON object");
}

/**
 * Writes files and lists them.
 * @throws FileExistsError if one of them is there and `--force` is not given; then nothing is written
 */
export async function generateFiles(
  { io, printer }: CommandSession,
  kind: string,
  files: readonly GeneratedFile[],
  { dir, force, dryRun, json }: GenerateOptions,
): Promise<void> {
  const directory = resolve(io.cwd, dir);
  const hint = "--force replaces them";
  const written = await writeFiles(io, files, { directory, shown: dir, force, dryRun, hint });
  if (json) {
    const shown = dryRun ? written.map((file, place) => ({ ...file, text: files[place]?.text })) : written;
    const facts = { kind, directory: relative(io.cwd, directory) || ".", files: shown };
    printer.json(dryRun ? { ...facts, dry_run: true } : facts);
    return;
  }
  for (const { path, replaced } of written) {
    if (dryRun) printer.text(`would ${replaced ? "replace" : "write"} ${path}`);
    else printer.text(`${replaced ? "replaced" : "wrote"} ${path}`);
  }
}
