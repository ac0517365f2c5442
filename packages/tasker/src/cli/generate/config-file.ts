import { stringify } from "yaml";
import { optionDefault, optionType } from "../../config/option-type.ts";
import { OPTION_CATALOGUE } from "../../config/options/option-catalogue.ts";
import type { OptionFacts } from "../../config/options/option-facts.ts";

const HEAD = `## Configuration of Tasker: every option that something reads, with its default. Take the first # away from what you change,
## and from the names that it stands below. \`tasker config validate\` tells what is wrong, \`tasker config explain <option>\` where a
## value comes from.
version: 1
`;

/** A configuration file in which everything is a comment: with all comments taken away it says what it says without them. */
export function configurationFile(): string {
  const read = [...OPTION_CATALOGUE].filter(([, { replacedBy }]) => replacedBy === undefined);
  const lines: string[] = [];
  let open: readonly string[] = [];
  for (const [path, facts] of read) {
    const names = path.split(".");
    const groups = names.slice(0, -1);
    const shared = groups.findIndex((name, depth) => open[depth] !== name);
    for (const [depth, name] of groups.entries()) {
      if (shared === -1 || depth < shared) continue;
      if (depth === 0) lines.push("");
      lines.push(`#${"  ".repeat(depth)}${name}:`);
    }
    open = groups;
    lines.push(...optionLines(path, names.at(-1) ?? "", groups.length, facts));
  }
  return `${HEAD}${lines.join("\n")}\n`;
}

function optionLines(path: string, name: string, depth: number, { says, unit, dynamic }: OptionFacts): string[] {
  const indent = "  ".repeat(depth);
  const type = `${optionType(path) ?? "anything"}${unit === undefined ? "" : `, ${unit}`}`;
  const live = dynamic === true ? "; can change in running processes" : "";
  const value = stringify({ [name]: optionDefault(path) ?? null }, { collectionStyle: "flow", lineWidth: 0 });
  // A mapping of one key in flow style is written as `{ key: value }`.
  const entry = value.trim().replace(/^\{ (.*) \}$/s, "$1");
  return [`#${indent}# ${says} (${type}${live})`, `#${indent}${entry}`];
}
