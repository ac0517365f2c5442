/** Words of one simple command. */
export type ShellCommand = readonly string[];

const WORD = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(\s+)/g;

/**
 * Splits a shell block into simple commands: one a line, or several joined by `&&`, `;` or `|`. Comments, a leading `$ `,
 * assignments before a command and redirections are dropped; of `NAME=$(command)` the command stays.
 */
export function splitCommands(block: string): ShellCommand[] {
  return block
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.replace(/^\s*\$ /, "").replace(/^\s*[A-Z_][A-Z0-9_]*=\$\((.*)\)$/, "$1"))
    .flatMap((line) => splitWords(line))
    .filter((words) => words.length > 0);
}

function splitWords(line: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | null = null;
  const finish = () => {
    const current = commands.at(-1);
    if (word !== null && current !== undefined) {
      if (word === "&&" || word === ";" || word === "|" || word === "&") commands.push([]);
      else current.push(word);
    }
    word = null;
  };
  for (const [, single, double, escaped, plain, space] of line.matchAll(WORD)) {
    if (space !== undefined) finish();
    else if (word === null && plain?.startsWith("#")) break;
    else word = (word ?? "") + (single ?? double?.replaceAll(/\\(.)/g, "$1") ?? escaped ?? plain ?? "");
  }
  finish();
  return commands.map(dropSurroundings);
}

/** Drops `NAME=value` before a command and `> file` behind it. */
function dropSurroundings(words: readonly string[]): string[] {
  const start = words.findIndex((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word));
  const end = words.findIndex((word) => /^\d?>/.test(word));
  return words.slice(start === -1 ? words.length : start, end === -1 ? undefined : end);
}
