import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { FileExistsError } from "../errors.ts";
import { readOwnPackage } from "../own-package.ts";
import { type ProjectFile, projectFiles } from "../project/project-files.ts";
import { shellWord } from "../render/shell-word.ts";
import type { CommandSession } from "../session.ts";

/** Adds `init`: writes a new project that runs at once. */
export function addInitCommand(program: Command, session: CommandSession): void {
  program
    .command("init [dir]")
    .description("make a new project with a workflow that runs at once (default: in this directory)")
    .addHelpText("after", "\nExample:\n  $ tasker init my-project")
    .action(async (directory: string | undefined) => {
      await writeProject(session, directory ?? ".");
    });
}

async function writeProject({ io, printer }: CommandSession, directory: string): Promise<void> {
  const target = resolve(io.cwd, directory);
  const files = projectFiles(target, readOwnPackage());
  await refuseExisting(target, files, directory);
  for (const { path, text } of files) {
    const file = join(target, path);
    await mkdir(dirname(file), { recursive: true });
    // Never over a file that appeared since.
    await writeFile(file, text, { flag: "wx" });
    printer.text(`wrote ${relative(io.cwd, file)}`);
  }
  const enter = target === io.cwd ? "" : `cd ${shellWord(relative(io.cwd, target))} && `;
  printer.text("");
  printer.text(`next: ${enter}npm install && npm start`);
}

async function refuseExisting(target: string, files: readonly ProjectFile[], directory: string): Promise<void> {
  const existing: string[] = [];
  for (const { path } of files) {
    const found = await stat(join(target, path)).catch(() => null);
    if (found !== null) existing.push(path);
  }
  if (existing.length === 0) return;
  const verb = existing.length === 1 ? "exists" : "exist";
  throw new FileExistsError(`${existing.join(", ")} ${verb} already in '${directory}'; nothing was written`, {
    context: { directory: target, existing },
  });
}
