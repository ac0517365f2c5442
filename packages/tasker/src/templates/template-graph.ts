import { type Adjacency, at, groupPairs } from "../graph/adjacency.ts";
import { findCyclicComponents } from "../graph/cyclic-components.ts";
import { findCycle } from "../graph/find-cycle.ts";
import { buildGraph, childrenOf } from "../graph/step-graph.ts";
import { computeLevels, sortTopologically } from "../graph/topology.ts";
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
  /** One cycle of each of `cyclicComponents`; it ends with the step it begins with. */
  readonly cycles: readonly (readonly string[])[];
  /** Steps that wait for each other: the members of each strongly connected component that has a cycle. */
  readonly cyclicComponents: readonly (readonly string[])[];
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
 * Analyses the graph of a template's steps. Also of one that has cycles, which no loaded template has. Linear in steps and
 * dependencies.
 * @throws UnknownDependencyError, DuplicateStepError
 */
export function analyzeTemplate({ steps }: { readonly steps: readonly GraphStep[] }): TemplateGraph {
  const children = childrenOf(steps);
  const components = findCyclicComponents(children);
  const levels = levelsByIndex(steps, children, components);
  const nameAt = (index: number) => steps[index]?.name ?? "";
  const names = (indexes: Iterable<number>) => Array.from(indexes, nameAt);
  const cyclicComponents = components.map(names);
  const hasCycles = components.length > 0;
  const waitedFor = new Set(steps.flatMap(({ dependsOn }) => dependsOn));
  const widths = new Map<number, number>();
  for (const level of levels.values()) widths.set(level, (widths.get(level) ?? 0) + 1);
  return {
    nodes: steps.map(toNode),
    edges: steps.flatMap(toEdges),
    topology: hasCycles ? [] : names(sortTopologically(buildGraph(steps))),
    cycles: components.map((members) => names(cycleIn(children, members))),
    cyclicComponents,
    levels: Object.fromEntries([...levels].map(([index, level]) => [nameAt(index), level])),
    roots: steps.filter(({ dependsOn }) => dependsOn.length === 0).map(({ name }) => name),
    leaves: steps.map(({ name }) => name).filter((name) => !waitedFor.has(name)),
    summary: {
      totalSteps: steps.length,
      totalDependencies: steps.reduce((count, { dependsOn }) => count + dependsOn.length, 0),
      hasCycles,
      maxDepth: [...widths.keys()].reduce((deepest, level) => Math.max(deepest, level), 0),
      parallelBranches: [...widths.values()].reduce((widest, width) => Math.max(widest, width), 1),
    },
  };
}

function toNode({ name, description, handlerClass, dependsOn }: GraphStep): TemplateNode {
  return { name, description, handlerClass, dependencies: dependsOn, dependencyCount: dependsOn.length };
}

function toEdges({ name, dependsOn }: GraphStep): TemplateEdge[] {
  const type = dependsOn.length === 1 ? "single" : "multiple";
  return dependsOn.map((from) => ({ from, to: name, type }));
}

/** One cycle of a strongly connected component, which ends with the step that it begins with. */
function cycleIn({ offsets, targets }: Adjacency, members: Int32Array): number[] {
  const placeOf = new Map(Array.from(members, (index, place) => [index, place]));
  const from: number[] = [];
  const to: number[] = [];
  for (const [index, place] of placeOf) {
    for (const target of targets.subarray(at(offsets, index), at(offsets, index + 1))) {
      const other = placeOf.get(target);
      if (other === undefined) continue;
      from.push(place);
      to.push(other);
    }
  }
  const cycle = findCycle(groupPairs(members.length, from, to)) ?? new Int32Array(0);
  return [...cycle, ...cycle.subarray(0, 1)].map((place) => at(members, place));
}

/** Level by index, without steps that are on a cycle or behind one. */
function levelsByIndex(
  steps: readonly GraphStep[],
  { offsets, targets }: Adjacency,
  components: readonly Int32Array[],
): Map<number, number> {
  const isBehind = new Uint8Array(steps.length);
  const reached = components.flatMap((members) => [...members]);
  for (const index of reached) isBehind[index] = 1;
  for (let next = reached.pop(); next !== undefined; next = reached.pop()) {
    for (const target of targets.subarray(at(offsets, next), at(offsets, next + 1))) {
      if (isBehind[target] === 1) continue;
      isBehind[target] = 1;
      reached.push(target);
    }
  }
  const free = steps.flatMap((step, index) => (isBehind[index] === 1 ? [] : [{ step, index }]));
  // What is not behind a cycle waits for nothing that is.
  const levels = computeLevels(buildGraph(free.map(({ step }) => step)));
  return new Map(free.map(({ index }, place) => [index, at(levels, place)]));
}
