import { EventEmitter } from "node:events";
import type { Argument, Command, Help, Option } from "commander";

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
  /** As the help writes it: `-V, --version`, `--limit <n>`. */
  readonly flags: string;
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
  readonly arguments: readonly ArgumentNode[];
  /** Command lines that its help shows. */
  readonly examples: readonly string[];
}

/** An argument of a command. */
export interface ArgumentNode extends ExpectedValue {
  /** `<name>`, or `[name]` if it may be left out. */
  readonly usage: string;
  readonly description: string;
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
    options: help.visibleOptions(command).map((option) => readOption(option, help)),
    arguments: command.registeredArguments.map((argument) => ({
      ...expectedValue(argument),
      usage: argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
      description: help.argumentDescription(argument),
    })),
    examples: examplesOf(command),
  };
}

/** The command lines in what stands after a command's help, where commander writes it for whoever listens. */
function examplesOf(command: Command): readonly string[] {
  const written: string[] = [];
  // Its types do not say that a command is an emitter.
  EventEmitter.prototype.emit.call(command, "afterHelp", {
    error: false,
    command,
    write: (text: string) => written.push(text),
  });
  return written
    .join("")
    .split("\n")
    .flatMap((line) => /^ {2}\$ (.+)$/.exec(line)?.[1] ?? []);
}

/** A command and all below it. */
export function flatten(node: CommandNode): readonly CommandNode[] {
  return [node, ...node.commands.flatMap(flatten)];
}

function readOption(option: Option, help: Help): OptionNode {
  const names = [option.short, option.long].filter((name) => name !== undefined);
  const takesValue = option.required || option.optional;
  return {
    names,
    flags: option.flags,
    description: help.optionDescription(option),
    value: takesValue ? expectedValue(option) : null,
  };
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
