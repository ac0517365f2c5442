import { CatalogueView, type EventDescription } from "./catalogue-view.ts";
import { EVENT_CATEGORIES } from "./event-definition.ts";
import { meaningOf, membersOf, typeOf } from "./json-schema.ts";

const INTRODUCTION = `# Reference of events

Written from the catalogue by \`npm run events-reference\`. [Events](events.md) says how to get them, in which order they come and who
sees which.
`;

const TITLES: Readonly<Record<(typeof EVENT_CATEGORIES)[number], string>> = {
  task: "Tasks",
  step: "Steps",
  workflow: "Work on tasks",
  observability: "Observability",
  telemetry: "Exports of metrics",
  registry: "Registries",
  test: "For tests",
  extension: "Extensions: what the Rails engine has no event for",
};

/** The reference of events as Markdown. */
export function renderReference(): string {
  const view = new CatalogueView();
  const sections = EVENT_CATEGORIES.map((category) => {
    const events = view.byCategory(category).map(renderEvent);
    return `## ${TITLES[category]}\n\n${events.join("\n")}`;
  });
  return `${INTRODUCTION}\n${sections.join("\n")}`;
}

function renderEvent({
  name,
  description,
  fired_when,
  durability,
  constant,
  payload_schema,
}: EventDescription): string {
  const members = membersOf(payload_schema);
  const rows = members.map(([key, member]) => `| \`${key}\` | ${typeOf(member)} | ${meaningOf(member)} |\n`);
  const table = rows.length === 0 ? "" : `\n| key | type | meaning |\n| --- | --- | --- |\n${rows.join("")}`;
  const facts = `\`${constant}\`, ${durability.replace("_", " ")}. Published ${fired_when}.`;
  return `### \`${name}\`\n\n${description}\n\n${facts}\n${table}`;
}
