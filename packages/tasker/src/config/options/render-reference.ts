import { isOverridable } from "../option-place.ts";
import { optionDefault, optionType } from "../option-type.ts";
import { OPTION_CATALOGUE } from "./option-catalogue.ts";
import { API_STEP_OPTIONS, FIXED_FIGURES, type StepOptionFacts } from "./step-options.ts";

const HEAD = `# Reference of the configuration

Written from the catalogue by \`npm run configuration-reference\`. [Configuration](configuration.md) says where options come from. *Live*: a
change takes effect in running processes. *By task*: may differ for [tasks of a namespace or a template](configuration.md#for-some-tasks). *Ours*: the Rails engine does not have it. Readers are below \`packages/tasker/src\`, tests
below \`packages/tasker/test\`.
`;

/** The reference of all options in Markdown: a table for each section. */
export function renderReference(): string {
  const sections = Map.groupBy(OPTION_CATALOGUE, ([path]) => path.split(".", 1)[0] ?? "");
  const tables = [...sections].map(([section, options]) => {
    const rows = options.map(([path, facts]) => {
      const shape = { type: optionType(path) ?? "", default: optionDefault(path) ?? null };
      return rowOf(path.slice(section.length + 1), { ...facts, ...shape }, isOverridable(path));
    });
    return tableOf(section, rows);
  });
  const steps = Object.entries(API_STEP_OPTIONS).map(([name, facts]) => rowOf(name, facts));
  const fixed = Object.entries(FIXED_FIGURES).map(([name, facts]) => rowOf(name, facts));
  const more = [tableOf("handler_config of steps that call an API", steps), tableOf("Figures of execution", fixed)];
  return `${HEAD}\n${[...tables, ...more].join("\n\n")}\n`;
}

function tableOf(title: string, rows: readonly string[]): string {
  const head = "| option | type | default | | does | reader | test |\n| --- | --- | --- | --- | --- | --- | --- |";
  return [`## ${title}\n`, head, ...rows].join("\n");
}

function rowOf(name: string, facts: StepOptionFacts, byTask = false): string {
  const { says, unit, dynamic, own, reader, test, replacedBy } = facts;
  const type = `${facts.type}${unit === undefined ? "" : `, ${unit}`}`;
  const marks = [dynamic === true ? "live" : "", byTask ? "by task" : "", own === true ? "ours" : ""]
    .filter((mark) => mark !== "")
    .join(", ");
  const proof = test === undefined ? "" : `\`${test[0]}\` "${test[1].replaceAll("%s", name)}"`;
  const read =
    replacedBy === undefined ? (reader === undefined ? "not read yet" : `\`${reader}\``) : `none: ${replacedBy}`;
  const cells = [
    `\`${name}\``,
    type,
    facts.default === undefined ? "needed" : `\`${JSON.stringify(facts.default)}\``,
    marks,
    says,
    read,
    proof,
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}
