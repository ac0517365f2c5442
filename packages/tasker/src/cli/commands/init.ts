import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { shellWord } from "../../text/shell-word.ts";
import { writeFiles } from "../generate/write-files.ts";
import { readOwnPackage } from "../own-package.ts";
import { projectFiles } from "../project/project-files.ts";
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
  for (const { path } of await writeFiles(io, files, { directory: target, shown: directory })) {
    printer.text(`wrote ${path}`);
  }
  const enter = target === io.cwd ? "" : `cd ${shellWord(relative(io.cwd, target))} && `;
  printer.text("");
  printer.text(`next: ${enter}npm install && npm start`);
}
