import type { Command } from "commander";
import { z } from "zod";
import { renderMermaid } from "../../graph/mermaid.ts";
import { buildGraph } from "../../graph/step-graph.ts";
import { computeLevels } from "../../graph/topology.ts";
import { oneOf } from "../input/parse-option.ts";
import { loadCommandDefinition } from "../load-command-template.ts";
import type { CommandSession } from "../session.ts";

const FORMATS = ["mermaid", "json"] as const;
const GraphOptions = z.object({ format: z.enum(FORMATS), environment: z.string().optional() });

/** Adds `template graph`: prints the graph of a template's steps. */
export function addGraphCommand(template: Command, session: CommandSession): void {
  template
    .command("graph <file>")
    .description("print the graph of a template's steps")
    .option("--format <name>", "mermaid or json", oneOf("--format", FORMATS), "mermaid")
    .option("--environment <name>", "entry of the template's 'environments' to use")
    .addHelpText("after", "\nExample:\n  $ tasker template graph order.yaml > order.mmd")
    .action(async (file: string, _options: unknown, command: Command) => {
      await printGraph(session, file, GraphOptions.parse(command.opts()));
    });
}

async function printGraph(
  { io, printer }: CommandSession,
  template: string,
  { format, environment }: z.infer<typeof GraphOptions>,
): Promise<void> {
  const { namespace, name, version, steps } = await loadCommandDefinition(io.cwd, { template, environment });
  const graph = buildGraph(steps);
  if (format === "mermaid") return printer.raw(renderMermaid(graph));
  const levels = computeLevels(graph);
  const drawn = steps.map((step, at) => ({ name: step.name, depends_on: step.dependsOn, level: levels[at] }));
  printer.raw(`${JSON.stringify({ namespace, name, version, steps: drawn }, null, 2)}\n`);
}
