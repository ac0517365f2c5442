import { optionDefault, optionType } from "../option-type.ts";
import { OPTION_CATALOGUE } from "./option-catalogue.ts";
import type { OptionFacts } from "./option-facts.ts";

const HEAD = `# Reference of the configuration

Written from the catalogue by \`npm run configuration-reference\`. [Configuration](configuration.md) says where options come from. *Live*: a
change takes effect in running processes. *Ours*: the Rails engine does not have it. Readers are below \`packages/tasker/src\`, tests
below \`packages/tasker/test\`.
`;

/** The reference of all options in Markdown: a table for each section. */
export function renderReference(): string {
  const sections = Map.groupBy(OPTION_CATALOGUE, ([path]) => path.split(".", 1)[0] ?? "");
  const tables = [...sections].map(([section, options]) => {
    const rows = options.map(([path, facts]) => rowOf(path, section, facts));
    return [
      `## ${section}\n`,
      "| option | type | default | | does | reader | test |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `${HEAD}\n${tables.join("\n\n")}\n`;
}

function rowOf(path: string, section: string, facts: OptionFacts): string {
  const { says, unit, dynamic, own, reader, test, replacedBy } = facts;
  const type = `${optionType(path) ?? ""}${unit === undefined ? "" : `, ${unit}`}`;
  const marks = [dynamic === true ? "live" : "", own === true ? "ours" : ""].filter((mark) => mark !== "").join(", ");
  const proof =
    test === undefined ? "" : `\`${test[0]}\` "${test[1].replaceAll("%s", path.slice(section.length + 1))}"`;
  const read =
    replacedBy === undefined ? (reader === undefined ? "not read yet" : `\`${reader}\``) : `none: ${replacedBy}`;
  const cells = [
    `\`${path.slice(section.length + 1)}\``,
    type,
    `\`${JSON.stringify(optionDefault(path) ?? null)}\``,
    marks,
    says,
    read,
    proof,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
