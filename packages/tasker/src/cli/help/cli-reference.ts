import { type CommandNode, flatten, type OptionNode } from "../completion/command-tree.ts";

/** The reference of all commands in Markdown, of the program as it is. */
export function cliReference(tree: CommandNode): string {
  const groups = tree.commands.map((group) => [
    `## ${group.path}`,
    ...flatten(group)
      .filter(({ commands }) => commands.length === 0)
      .flatMap(drawCommand),
  ]);
  const parts = [
    "# The command line",
    "Every command of `tasker`, with its arguments and options. This page is written by `npm run cli-reference` from the program",
    "itself. `tasker help <command>` prints the same, `tasker help` also lists texts on topics, and `man tasker` has all of it.",
    "",
    "A command works on a database (`--database-url`, `--data`), against a server (`--server`), or through the process that has the",
    "embedded database open: [which ones, and how](server.md#from-the-command-line). With `--json` lists are one object a line, in the",
    "shapes of the [REST API](rest-api.md) where that has the same. Errors are one line each on standard error, with a",
    "[code](errors.md). It ends with 0 if all is done, 1 if something failed, 2 if the command line was not understood, 130 if it was",
    "stopped by a second signal.",
    "",
    "Every command also takes:",
    "",
    ...optionTable(tree.options),
  ];
  return `${[parts.join("\n").replace("# The command line\n", "# The command line\n\n"), ...groups.flat()].join("\n\n")}\n`;
}

function drawCommand({ usage, description, arguments: args, options, examples }: CommandNode): readonly string[] {
  const described = args.filter((one) => one.description !== "");
  const own = options.filter(({ names }) => !names.includes("--help"));
  const rows = [
    ...described.map((one) => row(one.usage, one.description)),
    ...own.map((option) => row(option.flags, option.description)),
  ];
  return [
    `### \`tasker ${usage}\``,
    `${sentence(description)}.`,
    ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.join("\n")}\n\`\`\``]),
    ...(rows.length === 0 ? [] : [table(rows)]),
  ];
}

function optionTable(options: readonly OptionNode[]): readonly string[] {
  return [table(options.map((option) => row(option.flags, option.description)))];
}

function table(rows: readonly string[]): string {
  return ["| | |", "| --- | --- |", ...rows].join("\n");
}

function row(flags: string, description: string): string {
  const text = description.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("*", "\\*");
  return `| \`${flags.replaceAll("|", "\\|")}\` | ${text} |`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll("<", "&lt;");
}
