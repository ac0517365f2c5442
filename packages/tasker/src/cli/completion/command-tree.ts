import type { Argument, Command, Option } from "commander";

/** What can stand where a value is expected. */
export interface ExpectedValue {
  /** Words of which one is meant; none if it can be anything. */
  readonly words: readonly string[];
  readonly kind: "words" | "file" | "directory" | "text";
}

/** An option of a command. */
export interface OptionNode {
  /** Such as `-h` and `--help`. */
  readonly names: readonly string[];
  readonly description: string;
  /** Null: it takes no value. */
  readonly value: ExpectedValue | null;
}

/** A command, with all that can follow it. */
export interface CommandNode {
  /** Words that lead to it, such as `task list`; empty for the program. */
  readonly path: string;
  readonly description: string;
  readonly usage: string;
  readonly commands: readonly CommandNode[];
  /** Its own, without those of the program. */
  readonly options: readonly OptionNode[];
  readonly arguments: readonly ExpectedValue[];
}

/** Reads all commands of a program. */
export function readCommandTree(command: Command, path = ""): CommandNode {
  const help = command.createHelp();
  return {
    path,
    description: command.description(),
    usage: `${path === "" ? "" : `${path} `}${command.usage()}`.trim(),
    commands: help
      .visibleCommands(command)
      .filter((child) => path === "" || child.name() !== "help")
      .map((child) => readCommandTree(child, path === "" ? child.name() : `${path} ${child.name()}`)),
    options: help.visibleOptions(command).map(readOption),
    arguments: command.registeredArguments.map(expectedValue),
  };
}

/** A command and all below it. */
export function flatten(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(flatten)];
}

function readOption(option: Option): OptionNode {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const takesValue = option.required || option.optional;
  return { names, description: option.description, value: takesValue ? expectedValue(option) : null };
}

/** By the words that its parser takes, else by the name that stands for the value. */
function expectedValue(expected: Option | Argument): ExpectedValue {
  const words = expected.argChoices ?? wordsOf(expected.parseArg);
  if (words.length > 0) return { words, kind: "words" };
  const name = "flags" in expected ? (/[<[](.*?)[>\]]/.exec(expected.flags)?.[1] ?? "") : expected.name();
  if (/dir/.test(name)) return { words: [], kind: "directory" };
  if (/file|module|template|path|before|after/.test(name)) return { words: [], kind: "file" };
  return { words: [], kind: "text" };
}

function wordsOf(parse: unknown): readonly string[] {
  const words: unknown = typeof parse === "function" && "words" in parse ? parse.words : [];
  return Array.isArray(words) ? words.map(String) : [];
}
