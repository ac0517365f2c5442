import { Argument, type Command } from "commander";
import { z } from "zod";
import { bashScript } from "../completion/bash-script.ts";
import { type CommandNode, readCommandTree } from "../completion/command-tree.ts";
import { fishScript } from "../completion/fish-script.ts";
import { zshScript } from "../completion/zsh-script.ts";
import { oneOf } from "../input/parse-option.ts";
import type { CommandSession } from "../session.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
const Shell = z.enum(SHELLS);

const SCRIPTS: Readonly<Record<z.infer<typeof Shell>, (tree: CommandNode) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** Adds `completion`: prints a script that completes the command line in a shell, made of the program as it is. */
export function addCompletionCommand(program: Command, session: CommandSession): void {
  program
    .command("completion")
    .description("print a script that completes the command line in a shell")
    .addArgument(new Argument("<shell>", SHELLS.join(", ")).argParser(oneOf("shell", SHELLS)))
    .addHelpText(
      "after",
      `
Example:
  $ tasker completion bash > /etc/bash_completion.d/tasker
  $ tasker completion zsh > "\${fpath[1]}/_tasker"
  $ tasker completion fish > ~/.config/fish/completions/tasker.fish`,
    )
    .action((shell: unknown) => {
      session.printer.raw(SCRIPTS[Shell.parse(shell)](readCommandTree(program)));
    });
}
