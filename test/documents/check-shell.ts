import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT, readFromRoot } from "../support/repository.ts";
import { type ShellCommand, splitCommands } from "./shell-words.ts";
import { judgeTaskerCommand } from "./tasker-command.ts";

/** Programs of the system, of which a document may assume that readers know them. */
const FOREIGN_PROGRAMS = [
  ...[
    "apt-get",
    "cd",
    "createdb",
    "curl",
    "docker",
    "export",
    "git",
    "jq",
    "kill",
    "mkdir",
    "psql",
    "rm",
    "sed",
    "sudo",
    "tail",
  ],
  // their script is looked for as a path of the repository
  ...["bash", "node", "python3", "ruby"],
];

/** Commands of npm that are no scripts. */
const NPM_COMMANDS = ["audit", "ci", "install", "pack", "view"];

/** Says what is wrong with the commands of a shell block, a line each. */
export async function judgeShellBlock(block: string): Promise<string[]> {
  const verdicts = await Promise.all(splitCommands(block).map(judgeCommand));
  return verdicts.flat();
}

async function judgeCommand(words: ShellCommand): Promise<string[]> {
  const [program = "", ...rest] = words;
  const problems = [...missingPaths(words)];
  if (program === "tasker" || (program === "npx" && rest[0] === "tasker")) {
    const problem = await judgeTaskerCommand(program === "npx" ? rest.slice(1) : rest);
    if (problem !== null) problems.push(problem);
  } else if (program === "npx" && rest[0] === "-c") {
    problems.push(...(await judgeShellBlock(rest[1] ?? "")));
  } else if (program === "npx") {
    const tool = rest[0] ?? "";
    if (!existsSync(join(ROOT, "node_modules/.bin", tool))) problems.push(`npx ${tool}: no such tool is installed`);
  } else if (program === "npm") {
    const script = missingScript(rest);
    if (script !== null) problems.push(`npm has no script ${script}`);
  } else if (!FOREIGN_PROGRAMS.includes(program)) {
    problems.push(`${program}: not a program that documents may use, see test/documents/check-shell.ts`);
  }
  return problems;
}

function missingScript(words: readonly string[]): string | null {
  const [command = "", name = ""] = words.filter((word) => !word.startsWith("-"));
  if (NPM_COMMANDS.includes(command)) return null;
  const script = command === "run" ? name : command;
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFromRoot("package.json"));
  return Object.hasOwn(scripts, script) ? null : script;
}

/** Words that look like files of the repository, yet are not there. */
function missingPaths(words: ShellCommand): string[] {
  return words
    .filter((word) => /^(?:\.\/)?(?:bench|docs|examples|packages|scripts|test)\//.test(word))
    .filter((word) => !/[*<{$]/.test(word) && !existsSync(join(ROOT, word)))
    .map((word) => `${word}: no such file`);
}
