import { type CommandNode, flatten, type OptionNode } from "../completion/command-tree.ts";

/**
 * The page of the manual, in the macros of man(7).
 * @param version of the package
 */
export function manPage(tree: CommandNode, version: string): string {
  const commands = flatten(tree).filter(({ path, commands: below }) => path !== "" && below.length === 0);
  return [
    `.TH TASKER 1 "" "tasker ${version}" "User Commands"`,
    ".SH NAME",
    "tasker \\- runs durable workflows",
    ".SH SYNOPSIS",
    ".B tasker",
    ".I command",
    "[options]",
    ".SH DESCRIPTION",
    escaped(tree.description),
    ".SH OPTIONS",
    "These can stand behind every command.",
    ...tree.options.flatMap(optionLines),
    ".SH COMMANDS",
    ...commands.flatMap(({ usage, description, options }) => [
      `.SS tasker ${escaped(usage)}`,
      escaped(description),
      ...options.filter(({ names }) => !names.includes("--help")).flatMap(optionLines),
    ]),
    ".SH EXIT STATUS",
    "0: done. 1: failed. 2: not understood. 130: stopped by a second signal.",
    ".SH ENVIRONMENT",
    ".TP",
    ".B DATABASE_URL",
    "the PostgreSQL database to use; without it, an embedded one",
    ".TP",
    ".B TASKER_SERVER, TASKER_TOKEN",
    "the server to go through, and the API token for it",
    ".TP",
    ".B TASKER_CONFIG",
    "the configuration file",
    ".TP",
    ".B TASKER_ENV",
    "the environment of the configuration",
    ".SH FILES",
    ".TP",
    ".I tasker.yaml",
    "the configuration",
    ".TP",
    ".I .tasker/data",
    "the embedded database",
    "",
  ].join("\n");
}

function optionLines({ names, description, value }: OptionNode): string[] {
  const takes = value === null ? "" : ` ${value.words.length > 0 ? value.words.join("|") : "value"}`;
  return [".TP", `.B ${escaped(`${names.join(", ")}${takes}`)}`, escaped(description)];
}

/** Text in which nothing is a macro or an escape. */
function escaped(text: string): string {
  const safe = text
    .replaceAll(/\s*\n\s*/g, " ")
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-");
  return /^[.']/.test(safe) ? `\\&${safe}` : safe;
}
