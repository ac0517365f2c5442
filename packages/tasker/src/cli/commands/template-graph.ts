import type { Command } from "commander";
import { z } from "zod";
import { renderDiagram } from "../../diagram/render-diagram.ts";
import { diagramOfTemplate } from "../../diagram/template-diagram.ts";
import { templateGraphDocument } from "../../templates/template-graph-document.ts";
import { filledText, oneOf } from "../input/parse-option.ts";
import { loadCommandDefinition } from "../load-command-template.ts";
import type { CommandSession } from "../session.ts";
import { writeResult } from "../write-result.ts";

const FORMATS = ["mermaid", "json", "html"] as const;
const GraphOptions = z.object({
  format: z.enum(FORMATS),
  environment: z.string().optional(),
  output: z.string().optional(),
});

/** Adds `template graph`: draws the graph of a template's steps. */
export function addGraphCommand(template: Command, session: CommandSession): void {
  template
    .command("graph <file>")
    .description("draw the graph of a template's steps")
    .option("--format <name>", "mermaid, json or html", oneOf("--format", FORMATS), "mermaid")
    .option("--environment <name>", "entry of the template's 'environments' to use")
    .option("--output <file>", "write to a file instead of standard output", filledText("--output"))
    .addHelpText("after", "\nExample:\n  $ tasker template graph order.yaml > order.mmd")
    .action(async (file: string, _options: unknown, command: Command) => {
      await drawTemplate(session, file, GraphOptions.parse(command.opts()));
    });
}

async function drawTemplate(
  session: CommandSession,
  template: string,
  { format, environment, output }: z.infer<typeof GraphOptions>,
): Promise<void> {
  const definition = await loadCommandDefinition(session.io.cwd, { template, environment });
  const text =
    format === "json"
      ? `${JSON.stringify(templateGraphDocument(definition), null, 2)}\n`
      : renderDiagram(diagramOfTemplate(definition), format);
  await writeResult(session, text, output);
}
