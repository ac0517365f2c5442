import type { Rule } from "./rule.ts";

/** The rules and the tests that guard them, as a table in Markdown. */
export function rulesTable(rules: readonly Rule[]): string {
  const rows = rules.map(({ number, says, breaks }) => {
    const tests = new Set(breaks.map(({ test: { file, name } }) => `\`${shortPath(file)}\` "${name}"`));
    return `| ${number} | ${says} | ${[...tests].join("; ")} |`;
  });
  return ["| rule | says | guarded by |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The path of a test as it stands in the documents: those of the engine without their folder. */
function shortPath(file: string): string {
  return file.replace(/^packages\/tasker\/test\//, "");
}
