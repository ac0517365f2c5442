import type { Command } from "commander";
import { stringify } from "yaml";
import { z } from "zod";
import type { Template, TemplateVersion } from "../../api/shapes/template.ts";
import { ROUTES } from "../../client/index.ts";
import { withClient } from "../command-client.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText } from "../input/parse-option.ts";
import { formatMoment } from "../render/format-duration.ts";
import { renderTable, type TableColumn } from "../render/render-table.ts";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";
import { addStoredOptions, STORED_CHOICE, storedTemplateOf } from "../stored-template.ts";

const ShowOptions = GlobalOptions.extend({
  ...STORED_CHOICE,
  definition: z.boolean().default(false),
  json: z.boolean().default(false),
});

const COLUMNS: readonly TableColumn<z.output<typeof TemplateVersion>>[] = [
  { title: "version", cell: ({ version }) => span(version, "strong") },
  { title: "since (UTC)", cell: ({ created_at: at }) => span(formatMoment(new Date(at))) },
  { title: "definition", cell: ({ definition_hash: hash }) => span(hash?.slice(0, 12) ?? "-") },
  { title: "", cell: ({ description }) => span(description ?? "", "faint") },
];

/** Adds `template show`: a template with its versions, or one of its definitions. */
export function addTemplateShowCommand(template: Command, session: CommandSession): void {
  const { printer } = session;
  addStoredOptions(template.command("show"))
    .description("show a template that the database knows: its versions, or the definition of one")
    .argument("<name>", "name of the template", filledText("name"))
    .option("--definition", "print the definition as a template in YAML, with every default written out")
    .option("--json", "print a JSON object")
    .addHelpText(
      "after",
      "\nExamples:\n  $ tasker template show order --namespace shop\n  $ tasker template show order --namespace shop --definition > order.yaml",
    )
    .action(async (name: string, _options: unknown, command: Command) => {
      const options = ShowOptions.parse(command.optsWithGlobals());
      const { params, query } = storedTemplateOf(name, options);
      if (options.definition) {
        const found = await withClient(session, options, (client) =>
          client.call(ROUTES.getDefinition, { params, query }),
        );
        if (options.json) printer.raw(`${JSON.stringify(found, null, 2)}\n`);
        else printer.raw(stringify(found.definition));
        return;
      }
      const found = await withClient(session, options, (client) => client.call(ROUTES.getTemplate, { params }));
      if (options.json) printer.json(found);
      else printTemplate(session, found);
    });
}

function printTemplate({ printer }: CommandSession, { namespace, name, versions }: z.output<typeof Template>): void {
  printer.line([span(`${namespace}/${name}`, "strong")]);
  printer.lines(renderTable(versions, COLUMNS, printer.columns));
}
