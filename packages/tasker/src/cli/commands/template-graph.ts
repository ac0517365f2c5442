import type { Command } from "commander";
import { z } from "zod";
import { type Client, ROUTES } from "../../client/index.ts";
import { renderDiagram } from "../../diagram/render-diagram.ts";
import { diagramOfTemplate } from "../../diagram/template-diagram.ts";
import { templateGraphDocument } from "../../templates/template-graph-document.ts";
import { withClient } from "../command-client.ts";
import { UsageError } from "../errors.ts";
import { GlobalOptions } from "../global-options.ts";
import { filledText, oneOf } from "../input/parse-option.ts";
import { loadCommandDefinition } from "../load-command-template.ts";
import type { CommandSession } from "../session.ts";
import { addStoredOptions, STORED_CHOICE, storedTemplateOf } from "../stored-template.ts";
import { writeResult } from "../write-result.ts";

const FORMATS = ["mermaid", "json", "html"] as const;
const GraphOptions = GlobalOptions.extend({
  format: z.enum(FORMATS),
  json: z.boolean().default(false),
  stored: z.boolean().default(false),
  ...STORED_CHOICE,
  environment: z.string().optional(),
  output: z.string().optional(),
});
type GraphOptions = z.infer<typeof GraphOptions>;

/** Adds `template graph`: draws the graph of a template's steps. */
export function addGraphCommand(template: Command, session: CommandSession): void {
  addStoredOptions(
    template
      .command("graph <file>")
      .description("draw the graph of a template's steps")
      .option("--format <name>", "mermaid, json or html", oneOf("--format", FORMATS), "mermaid")
      .option("--json", "short for --format json")
      .option("--environment <name>", "entry of the template's 'environments' to use")
      .option("--stored", "<file> is the name of a template that the database knows"),
  )
    .option("--output <file>", "write to a file instead of standard output", filledText("--output"))
    .addHelpText(
      "after",
      "\nExamples:\n  $ tasker template graph order.yaml > order.mmd\n  $ tasker template graph order --stored --namespace shop",
    )
    .action(async (file: string, _options: unknown, command: Command) => {
      const { format, json, ...options } = GraphOptions.parse(command.optsWithGlobals());
      const wanted = { ...options, json, format: json ? ("json" as const) : format };
      const text = options.stored
        ? await withClient(session, options, (client) => drawStored(client, file, wanted))
        : await drawFile(session, file, wanted);
      await writeResult(session, text, options.output);
    });
}

async function drawStored(client: Client, name: string, options: GraphOptions): Promise<string> {
  if (options.environment !== undefined) {
    throw new UsageError("--environment is for a file: what the database has is merged already", {
      context: { option: "--environment" },
    });
  }
  const { params, query } = storedTemplateOf(name, options);
  if (options.format === "json") return jsonText(await client.call(ROUTES.getTemplateGraph, { params, query }));
  return client.callText(ROUTES.drawTemplate, { params, query: { ...query, format: options.format } });
}

async function drawFile(
  { io }: CommandSession,
  template: string,
  { format, environment, ...options }: GraphOptions,
): Promise<string> {
  const given = [
    ["--server", options.server],
    ["--namespace", options.namespace],
    ["--template-version", options.templateVersion],
  ].find(([, value]) => value !== undefined)?.[0];
  if (given !== undefined) {
    throw new UsageError(`${given} goes with --stored: without it a file is drawn`, { context: { option: given } });
  }
  const definition = await loadCommandDefinition(io.cwd, { template, environment });
  return format === "json"
    ? jsonText(templateGraphDocument(definition))
    : renderDiagram(diagramOfTemplate(definition), format);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
