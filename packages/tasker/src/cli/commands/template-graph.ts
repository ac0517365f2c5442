import type { Command } from "commander";
import { z } from "zod";
import { renderDiagram } from "../../diagram/render-diagram.ts";
import { diagramOfTemplate } from "../../diagram/template-diagram.ts";
import type { TaskDefinition } from "../../templates/definition.ts";
import { analyzeTemplate } from "../../templates/template-graph.ts";
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
  const text = format === "json" ? describeGraph(definition) : renderDiagram(diagramOfTemplate(definition), format);
  await writeResult(session, text, output);
}

/** What the analysis of the graph says, as JSON. */
function describeGraph(definition: TaskDefinition): string {
  const { namespace, name, version } = definition;
  const { nodes, edges, topology, cycles, cyclicComponents, levels, roots, leaves, summary } =
    analyzeTemplate(definition);
  const described = {
    namespace,
    name,
    version,
    nodes: nodes.map((node) => ({
      name: node.name,
      description: node.description,
      handler_class: node.handlerClass,
      dependencies: node.dependencies,
      dependency_count: node.dependencyCount,
    })),
    edges,
    topology,
    cycles,
    cyclic_components: cyclicComponents,
    levels,
    roots,
    leaves,
    summary: {
      total_steps: summary.totalSteps,
      total_dependencies: summary.totalDependencies,
      has_cycles: summary.hasCycles,
      max_depth: summary.maxDepth,
      parallel_branches: summary.parallelBranches,
    },
  };
  return `${JSON.stringify(described, null, 2)}\n`;
}
