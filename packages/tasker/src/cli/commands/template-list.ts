import type { Command } from "commander";
import { z } from "zod";
import type { Template } from "../../api/shapes/template.ts";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, wholeNumber } from "../input/parse-option.ts";
import { readPages } from "../read-pages.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";

const ListOptions = GlobalOptions.extend({
  namespace: z.string().optional(),
  limit: z.number(),
  cursor: z.string().optional(),
  json: z.boolean().default(false),
});

const COLUMNS: readonly TableColumn<z.output<typeof Template>>[] = [
  { title: "namespace", cell: ({ namespace }) => span(namespace) },
  { title: "template", cell: ({ name }) => span(name, "strong") },
  { title: "latest", cell: ({ versions: [latest] }) => span(latest?.version ?? "-") },
  { title: "versions", cell: ({ versions }) => span(String(versions.length)), right: true },
  { title: "", cell: ({ versions: [latest] }) => span(latest?.description ?? "", "faint") },
];

/** Adds `template list`: the templates that the database knows. */
export function addTemplateListCommand(template: Command, session: CommandSession): void {
  const { printer } = session;
  template
    .command("list")
    .description("list the templates that the database knows, by their names")
    .option("--namespace <name>", "only those of this namespace", filledText("--namespace"))
    .option("--limit <n>", "most of them", wholeNumber("--limit", 1, 10_000), 100)
    .option("--cursor <text>", "go on where a page ended, as that page said", filledText("--cursor"))
    .option("--json", "print one JSON object a line")
    .addHelpText("after", "\nExample:\n  $ tasker template list --namespace shop")
    .action(async (_options: unknown, command: Command) => {
      const options = ListOptions.parse(command.optsWithGlobals());
      const { items, next } = await withClient(session, options, (client) =>
        readPages(options, async (page) => {
          const query = { namespace: options.namespace, ...page };
          const answer = await client.call(ROUTES.listTemplates, { query });
          return { items: answer.templates, next: answer.next_cursor };
        }),
      );
      if (options.json) for (const one of items) printer.json(one);
      else if (items.length === 0) printer.note("no templates");
      else printer.lines(renderTable(items, COLUMNS, printer.columns));
      if (next !== null && !options.json) printer.note(`more with --cursor ${next}`);
    });
}
