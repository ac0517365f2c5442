import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { shellWord } from "../../text/shell-word.ts";
import { writeFiles } from "../generate/write-files.ts";
import { readOwnPackage } from "../own-package.ts";
import { projectFiles } from "../project/project-files.ts";
import type { CommandSession } from "../session.ts";

const InitOptions = z.object({ json: z.boolean().default(false) });

/** Adds `init`: writes a new project that runs at once. */
export function addInitCommand(program: Command, session: CommandSession): void {
  program
    .command("init [dir]")
    .description("make a new project with a workflow that runs at once (default: in this directory)")
    .option("--json", "print what was written as one JSON object")
    .addHelpText("after", "\nExample:\n  $ tasker init my-project")
    .action(async (directory: string | undefined, options: unknown) => {
      await writeProject(session, directory ?? ".", InitOptions.parse(options).json);
    });
}

async function writeProject({ io, printer }: CommandSession, directory: string, json: boolean): Promise<void> {
  const target = resolve(io.cwd, directory);
  const files = projectFiles(target, readOwnPackage());
  const written = await writeFiles(io, files, { directory: target, shown: directory });
  if (json) {
    printer.json({ directory: relative(io.cwd, target) || ".", files: written });
    return;
  }
  for (const { path } of written) printer.text(`wrote ${path}`);
  const enter = target === io.cwd ? "" : `cd ${shellWord(relative(io.cwd, target))} && `;
  printer.text("");
  printer.text(`next: ${enter}npm install && npm start`);
}
