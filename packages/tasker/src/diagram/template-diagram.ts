import { buildGraph } from "../graph/step-graph.ts";
import { countOf, type Diagram, type DiagramCard, listNames } from "./diagram.ts";
import { diagramEdge, diagramNode, flowchart } from "./flowchart.ts";

/** What a diagram shows of a step of a template. */
export interface StepOutline {
  readonly name: string;
  readonly description: string;
  readonly dependsOn: readonly string[];
  readonly retryable: boolean;
  readonly retryLimit: number;
  readonly timeoutSeconds: number | null;
}

/** What a diagram shows of a template. A task definition is one. */
export interface TemplateOutline {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly description: string | null;
  readonly steps: readonly StepOutline[];
}

/**
 * Draws a template: a node for each step, an edge from each step to those that depend on it. Nodes have the order of the
 * template and are named n0, n1, ...
 * @throws DuplicateStepError, UnknownDependencyError, CyclicGraphError the steps are not a graph
 */
export function diagramOfTemplate(template: TemplateOutline): Diagram {
  const { namespace, name, version, description, steps } = template;
  const graph = buildGraph(steps);
  const title = `${namespace}/${name} ${version}`;
  const idOf = (step: string) => `n${graph.indexOf(step)}`;
  const edges = steps.flatMap((step) =>
    [...new Set(step.dependsOn)].map((parent) => diagramEdge({ sourceId: idOf(parent), targetId: idOf(step.name) })),
  );
  return {
    chart: flowchart({
      title,
      nodes: steps.map((step) => diagramNode({ id: idOf(step.name), label: step.name })),
      edges,
    }),
    heading: `Template ${title}`,
    description: `Graph of ${countOf(steps.length, "step")}: an arrow leads from a step to each step that waits for it.`,
    facts: [
      { label: "Namespace", value: namespace },
      { label: "Name", value: name },
      { label: "Version", value: version },
      ...(description === null ? [] : [{ label: "Description", value: description }]),
    ],
    hasStates: false,
    cards: new Map(steps.map((step) => [idOf(step.name), stepCard(step)])),
    table: {
      columns: ["Step", "Depends on", "Most attempts", "Deadline", "Description"],
      rows: steps.map((step) => ({ nodeId: idOf(step.name), state: null, cells: cellsOf(step) })),
    },
  };
}

function stepCard(step: StepOutline): DiagramCard {
  const deadline = step.timeoutSeconds === null ? "" : `, ${step.timeoutSeconds} s each`;
  const attempts = attemptsOf(step);
  const line = attempts === 1 ? "1 attempt" : `up to ${attempts} attempts`;
  return { heading: step.name, lines: [`${line}${deadline}`], state: null };
}

function cellsOf(step: StepOutline): string[] {
  const deadline = step.timeoutSeconds === null ? "" : `${step.timeoutSeconds} s`;
  return [
    step.name,
    listNames(step.dependsOn),
    String(attemptsOf(step)),
    deadline,
    step.description === step.name ? "" : step.description,
  ];
}

function attemptsOf({ retryable, retryLimit }: StepOutline): number {
  return retryable ? retryLimit : 1;
}
