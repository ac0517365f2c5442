import { runCommandLine } from "../../packages/tasker/src/cli/command-line.ts";
import { systemClock } from "../../packages/tasker/src/clock/clock.ts";

/** What a command's help says of how it is called. */
interface Usage {
  readonly subcommands: readonly string[];
  /** Each option's names, and whether a value follows it. */
  readonly options: ReadonlyMap<string, { readonly takesValue: boolean }>;
  /** Number of arguments at least and at most. */
  readonly least: number;
  readonly most: number;
}

/** Says why the command line would not understand these words (without `tasker`), or null. Nothing is run. */
export async function judgeTaskerCommand(words: readonly string[]): Promise<string | null> {
  const global = await readUsage([]);
  let usage = global;
  const path: string[] = [];
  const operands: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (word.startsWith("-") && word !== "-") {
      const [name = "", value] = word.split("=", 2);
      const option = usage.options.get(name) ?? global.options.get(name);
      if (option === undefined) return `${["tasker", ...path].join(" ")} has no option ${name}`;
      if (option.takesValue && value === undefined) index += 1;
      if (index >= words.length) return `${name} needs a value`;
    } else if (usage.subcommands.length > 0) {
      if (!usage.subcommands.includes(word)) return `${["tasker", ...path].join(" ")} has no command ${word}`;
      path.push(word);
      usage = await readUsage(path);
    } else {
      operands.push(word);
    }
  }
  if (operands.length >= usage.least && operands.length <= usage.most) return null;
  return `tasker ${path.join(" ")} takes ${usage.least} to ${usage.most} arguments, not ${operands.length}`;
}

async function readUsage(path: readonly string[]): Promise<Usage> {
  const help = await readHelp(path);
  const [, operands = ""] = /^Usage: tasker(.*)$/m.exec(help) ?? [];
  const subcommands = [...section(help, "Commands").matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name = ""]) => name);
  const options = [...section(help, "Options").matchAll(/^ {2}(-.*?)(?: {2}|$)/gm)].flatMap(([, names = ""]) =>
    [...names.matchAll(/--?[\w-]+/g)].map(([name]) => [name, { takesValue: names.includes("<") }] as const),
  );
  const required = operands.match(/<[^>]+>/g)?.length ?? 0;
  const optional = operands.replaceAll("[options]", "").match(/\[[^\]]+\]/g)?.length ?? 0;
  const endless = operands.includes("...");
  return {
    subcommands,
    options: new Map(options),
    least: subcommands.length > 0 ? 0 : required,
    most: endless ? Number.POSITIVE_INFINITY : required + optional,
  };
}

function section(help: string, title: string): string {
  return new RegExp(`^${title}:\\n((?: .*\\n?|\\n(?= ))*)`, "m").exec(help)?.[1] ?? "";
}

async function readHelp(path: readonly string[]): Promise<string> {
  let text = "";
  const exitCode = await runCommandLine([...path, "--help"], {
    stdout: {
      write(part) {
        text += part;
      },
    },
    stderr: { write: () => undefined },
    env: {},
    cwd: "/",
    terminal: { isTty: false, columns: () => 200, rows: () => 24 },
    signals: { listen: () => () => undefined },
    workers: {
      launch: () => {
        throw new Error("help starts no processes");
      },
      tellWorking: () => undefined,
      onHangup: () => () => undefined,
    },
    clock: systemClock,
    prompt: null,
  });
  if (exitCode !== 0) throw new Error(`tasker ${path.join(" ")} --help ended with ${exitCode}`);
  return text;
}
