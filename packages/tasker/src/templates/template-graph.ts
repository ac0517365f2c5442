import { CyclicGraphError } from "../errors/graph-errors.ts";
import { buildGraph, type StepGraph } from "../graph/step-graph.ts";
import { computeLevels, findLeaves, findRoots, sortTopologically } from "../graph/topology.ts";
import type { StepDefinition } from "./definition.ts";

/** A step of a template in its graph. */
export interface TemplateNode {
  readonly name: string;
  readonly description: string;
  readonly handlerClass: string;
  readonly dependencies: readonly string[];
  readonly dependencyCount: number;
}

/** A dependency: `to` waits for `from`. */
export interface TemplateEdge {
  readonly from: string;
  readonly to: string;
  /** `single` if `to` waits for nothing else, or else `multiple`. */
  readonly type: "single" | "multiple";
}

/** What the steps of a template depend on, analysed. */
export interface TemplateGraph {
  readonly nodes: readonly TemplateNode[];
  readonly edges: readonly TemplateEdge[];
  /** Every step after those it waits for; empty if there are cycles. */
  readonly topology: readonly string[];
  /** Each cycle ends with the step it begins with. */
  readonly cycles: readonly (readonly string[])[];
  /** Step to the length of the longest way to it; without those that are on or behind a cycle. */
  readonly levels: Readonly<Record<string, number>>;
  readonly roots: readonly string[];
  readonly leaves: readonly string[];
  readonly summary: {
    readonly totalSteps: number;
    readonly totalDependencies: number;
    readonly hasCycles: boolean;
    readonly maxDepth: number;
    /** Steps on the widest level, 1 or more. */
    readonly parallelBranches: number;
  };
}

/** What is known of each step; a definition's steps are that. */
type GraphStep = Pick<StepDefinition, "name" | "dependsOn" | "description" | "handlerClass">;

/**
 * Analyses the graph of a template's steps. Also of one that has cycles, which no loaded template has.
 * @throws UnknownDependencyError, DuplicateStepError
 */
export function analyzeTemplate({ steps }: { readonly steps: readonly GraphStep[] }): TemplateGraph {
  const edges = steps.flatMap(({ name, dependsOn }) =>
    dependsOn.map((from) => ({
      from,
      to: name,
      type: dependsOn.length === 1 ? ("single" as const) : ("multiple" as const),
    })),
  );
  const { graph, cycles } = untangle(steps);
  const nameAt = (index: number) => steps[index]?.name ?? "";
  const names = (indexes: Iterable<number>) => [...indexes].map(nameAt);
  const behind = stepsBehind(steps, new Set(cycles.flat()));
  const depths = [...computeLevels(graph)].flatMap((level, index) =>
    behind.has(nameAt(index)) ? [] : [[nameAt(index), level] as const],
  );
  const widths = new Map<number, number>();
  for (const [, level] of depths) widths.set(level, (widths.get(level) ?? 0) + 1);
  const waitedFor = new Set(edges.map(({ from }) => from));
  return {
    nodes: steps.map(({ name, description, handlerClass, dependsOn }) => ({
      name,
      description,
      handlerClass,
      dependencies: dependsOn,
      dependencyCount: dependsOn.length,
    })),
    edges,
    topology: cycles.length > 0 ? [] : names(sortTopologically(graph)),
    cycles,
    levels: Object.fromEntries(depths),
    roots:
      cycles.length > 0
        ? steps.filter((step) => step.dependsOn.length === 0).map(({ name }) => name)
        : names(findRoots(graph)),
    leaves:
      cycles.length > 0
        ? steps.map(({ name }) => name).filter((name) => !waitedFor.has(name))
        : names(findLeaves(graph)),
    summary: {
      totalSteps: steps.length,
      totalDependencies: edges.length,
      hasCycles: cycles.length > 0,
      maxDepth: depths.reduce((deepest, [, level]) => Math.max(deepest, level), 0),
      parallelBranches: Math.max(1, ...widths.values()),
    },
  };
}

/** The graph without its cycles, one after the other taken out, and these. */
function untangle(steps: readonly GraphStep[]): { graph: StepGraph; cycles: (readonly string[])[] } {
  const cycles: (readonly string[])[] = [];
  let rest = steps.map(({ name, dependsOn }) => ({ name, dependsOn }));
  for (;;) {
    try {
      return { graph: buildGraph(rest), cycles };
    } catch (error) {
      const members = error instanceof CyclicGraphError ? error.context.members : null;
      if (!Array.isArray(members)) throw error;
      const [first = "", ...others] = members.map(String);
      cycles.push([first, ...others, first]);
      // Without the edges between its members the cycle is gone; other cycles may share steps with it.
      const inside = new Set([first, ...others]);
      rest = rest.map((step) =>
        inside.has(step.name) ? { ...step, dependsOn: step.dependsOn.filter((name) => !inside.has(name)) } : step,
      );
    }
  }
}

/** Members of cycles and what waits for them, at any distance. */
function stepsBehind(steps: readonly GraphStep[], members: ReadonlySet<string>): ReadonlySet<string> {
  const behind = new Set(members);
  for (let size = -1; size !== behind.size; ) {
    size = behind.size;
    for (const { name, dependsOn } of steps) if (dependsOn.some((parent) => behind.has(parent))) behind.add(name);
  }
  return behind;
}
