import { CyclicGraphError, DuplicateStepError, UnknownDependencyError } from "../errors/index.ts";
import { nearestName } from "../text/nearest-name.ts";
import { type Adjacency, dropRepeats, groupPairs, transpose } from "./adjacency.ts";
import { findCycle } from "./find-cycle.ts";

/**
 * The steps of a task and what each waits for: a directed acyclic graph, immutable, in compressed sparse rows. A step is
 * known by its index, the position of its name in `names`. An edge leads from a parent to a child, which may start only
 * when the parent is satisfied.
 *
 * Made by {@link buildGraph} or {@link graphFromEdges}, which check it. The arrays are for reading only.
 */
export class StepGraph {
  readonly size: number;
  readonly names: readonly string[];
  /** Number of different edges. */
  readonly edgeCount: number;
  /** Children of step `i`, ascending: `children[childOffsets[i] .. childOffsets[i + 1])`. */
  readonly childOffsets: Int32Array;
  readonly children: Int32Array;
  /** Parents of step `i`, ascending: `parents[parentOffsets[i] .. parentOffsets[i + 1])`. */
  readonly parentOffsets: Int32Array;
  readonly parents: Int32Array;
  readonly #indexes: ReadonlyMap<string, number>;

  constructor(indexes: ReadonlyMap<string, number>, children: Adjacency, parents: Adjacency) {
    this.size = indexes.size;
    this.names = Object.freeze([...indexes.keys()]);
    this.edgeCount = children.targets.length;
    this.childOffsets = children.offsets;
    this.children = children.targets;
    this.parentOffsets = parents.offsets;
    this.parents = parents.targets;
    this.#indexes = indexes;
  }

  /** Index of the step with this name; -1 if there is none. */
  indexOf(name: string): number {
    return this.#indexes.get(name) ?? -1;
  }

  /** The edges as pairs: `from[i]` is a parent of `to[i]`. Ordered by parent, then by child. */
  listEdges(): { readonly from: number[]; readonly to: number[] } {
    const from: number[] = [];
    for (let parent = 0; parent < this.size; parent++) {
      const count = (this.childOffsets[parent + 1] as number) - (this.childOffsets[parent] as number);
      for (let edge = 0; edge < count; edge++) from.push(parent);
    }
    return { from, to: [...this.children] };
  }
}

function indexNames(names: readonly string[]): Map<string, number> {
  const indexes = new Map<string, number>();
  for (const name of names) {
    if (indexes.has(name)) {
      throw new DuplicateStepError(`two steps are named '${name}', expected unique names`, { context: { step: name } });
    }
    indexes.set(name, indexes.size);
  }
  return indexes;
}

/** Edges grouped by parent, each once, children ascending. */
function groupEdges(size: number, from: ArrayLike<number>, to: ArrayLike<number>): Adjacency {
  // Grouping by child first and turning round then leaves the children of each step in ascending order.
  return dropRepeats(transpose(groupPairs(size, to, from)));
}

function connect(indexes: ReadonlyMap<string, number>, from: ArrayLike<number>, to: ArrayLike<number>): StepGraph {
  const children = groupEdges(indexes.size, from, to);
  const cycle = findCycle(children);
  if (cycle !== null) {
    const names = [...indexes.keys()];
    const members = Array.from(cycle, (index) => names[index] as string);
    throw new CyclicGraphError(`steps depend on each other in a cycle: ${[...members, members[0]].join(" -> ")}`, {
      context: { members },
    });
  }
  return new StepGraph(indexes, children, transpose(children));
}

/** What is known of a step before there is a graph: its name, and those of the steps that it waits for. */
interface NamedStep {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

function resolveNames(steps: readonly NamedStep[]) {
  const indexes = indexNames(steps.map((step) => step.name));
  const from: number[] = [];
  const to: number[] = [];
  for (const [child, { name, dependsOn }] of steps.entries()) {
    for (const dependency of dependsOn) {
      const parent = indexes.get(dependency);
      if (parent === undefined) throw unknownDependency(name, dependency, indexes.keys());
      from.push(parent);
      to.push(child);
    }
  }
  return { indexes, from, to };
}

/**
 * Builds the graph of a template's steps; indices follow their order. A dependency named twice counts once.
 * @throws DuplicateStepError two steps have one name
 * @throws UnknownDependencyError a dependency is not the name of a step
 * @throws CyclicGraphError the dependencies form a cycle; `context.members` lists it from parent to child
 */
export function buildGraph(steps: readonly NamedStep[]): StepGraph {
  const { indexes, from, to } = resolveNames(steps);
  return connect(indexes, from, to);
}

/**
 * The children of each step of a graph that may have cycles, by index, ascending.
 * @throws DuplicateStepError two steps have one name
 * @throws UnknownDependencyError a dependency is not the name of a step
 */
export function childrenOf(steps: readonly NamedStep[]): Adjacency {
  const { from, to } = resolveNames(steps);
  return groupEdges(steps.length, from, to);
}

function unknownDependency(step: string, dependency: string, known: Iterable<string>): UnknownDependencyError {
  const nearest = nearestName(dependency, known);
  const hint = nearest === null ? "" : `; did you mean '${nearest}'?`;
  return new UnknownDependencyError(
    `step '${step}' depends on '${dependency}', expected the name of a step of the same template${hint}`,
    { context: { step, dependency } },
  );
}

/**
 * Builds a graph from pairs of indices, such as the rows of a task's edges. A repeated pair counts once.
 * @param from `from[i]` is the parent of `to[i]`; both are positions in `names`
 * @throws DuplicateStepError two steps have one name
 * @throws CyclicGraphError the edges form a cycle
 * @throws RangeError the arrays differ in length, or an index is not a position in `names`
 */
export function graphFromEdges(names: readonly string[], from: ArrayLike<number>, to: ArrayLike<number>): StepGraph {
  if (from.length !== to.length) {
    throw new RangeError(`from has ${from.length} and to ${to.length} entries, expected equally many`);
  }
  const indexes = indexNames(names);
  checkIndexes("from", from, names.length);
  checkIndexes("to", to, names.length);
  return connect(indexes, from, to);
}

function checkIndexes(field: string, values: ArrayLike<number>, size: number): void {
  for (let pair = 0; pair < values.length; pair++) {
    const index = values[pair] as number;
    if (!Number.isInteger(index) || index < 0 || index >= size) {
      throw new RangeError(`${field}[${pair}] is ${index}, expected an integer from 0 to ${size - 1}`);
    }
  }
}

/**
 * Refuses an index that no step has.
 * @throws RangeError
 */
export function checkStepIndex(graph: StepGraph, index: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= graph.size) {
    throw new RangeError(`step index is ${index}, expected an integer from 0 to ${graph.size - 1}`);
  }
}

/**
 * Refuses a per-step array of the wrong length.
 * @throws RangeError
 */
export function checkStepArray(graph: StepGraph, field: string, values: ArrayLike<unknown>): void {
  if (values.length !== graph.size) {
    throw new RangeError(`${field} has ${values.length} entries, expected one for each of ${graph.size} steps`);
  }
}
