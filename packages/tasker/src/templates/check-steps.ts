import { CyclicGraphError } from "../errors/graph-errors.ts";
import { buildGraph } from "../graph/step-graph.ts";
import { hintAt } from "../text/nearest-name.ts";
import type { DraftIssue } from "./draft-issue.ts";
import { itemsOf, type SourceMapping, type SourceNode, type SourcePlace, textOf } from "./source-tree.ts";

/** A name of another step, where it was written. */
interface NamedPlace {
  readonly name: string;
  readonly at: SourcePlace;
}

/** A step as far as its names could be read. */
interface NamedStep extends NamedPlace {
  readonly dependencies: readonly NamedPlace[];
}

/**
 * Checks the names of steps and of what they depend on: duplicates, unknown steps, a step that depends on itself,
 * cycles, and the white list `named_steps`. Steps whose name cannot be read are passed over: they have issues already.
 */
export function checkSteps(template: SourceMapping): DraftIssue[] {
  const steps = itemsOf(template, "step_templates").flatMap(readStep);
  const names = [...new Set(steps.map((step) => step.name))];
  const known = new Set(names);
  const allowed = readWhiteList(template);
  const issues: DraftIssue[] = [];
  const seen = new Set<string>();
  for (const step of steps) {
    if (seen.has(step.name))
      issues.push({ at: step.at, message: `found a second step "${step.name}", expected unique names` });
    seen.add(step.name);
    if (allowed !== null && !allowed.has(step.name)) {
      issues.push(notAllowed(step, "step name", allowed));
    }
    for (const dependency of step.dependencies) {
      if (allowed !== null && !allowed.has(dependency.name)) {
        issues.push(notAllowed(dependency, "dependency", allowed));
      } else if (dependency.name === step.name) {
        issues.push({
          at: dependency.at,
          message: `found a dependency of "${step.name}" on itself, expected other steps`,
        });
      } else if (!known.has(dependency.name)) {
        const others = names.filter((name) => name !== step.name);
        issues.push({
          at: dependency.at,
          message: `found the unknown step "${dependency.name}", expected the name of a step of this template`,
          hint: hintAt(dependency.name, others, "other steps"),
        });
      }
    }
  }
  return [...issues, ...findCycles(steps)];
}

function notAllowed({ name, at }: NamedPlace, what: string, allowed: ReadonlySet<string>): DraftIssue {
  return {
    at,
    message: `found the ${what} "${name}", expected one of the named_steps`,
    hint: hintAt(name, [...allowed], "named_steps"),
  };
}

function readWhiteList(template: SourceMapping): ReadonlySet<string> | null {
  if (template.entries.get("named_steps")?.value.kind !== "list") return null;
  return new Set(itemsOf(template, "named_steps").flatMap((item) => readName(item).map(({ name }) => name)));
}

/** The step that a node is, or nothing if its name cannot be read. */
export function readStep(node: SourceNode): NamedStep[] {
  if (node.kind !== "mapping") return [];
  const name = textOf(node, "name");
  const nameNode = node.entries.get("name")?.value;
  if (name === undefined || nameNode === undefined) return [];
  const single = node.entries.get("depends_on_step")?.value;
  const forEach = node.entries.get("for_each")?.value;
  const source = forEach?.kind === "mapping" ? forEach.entries.get("step")?.value : undefined;
  const dependencies = [single, ...itemsOf(node, "depends_on_steps"), source].flatMap((place) =>
    place === undefined ? [] : readName(place),
  );
  return [{ name, at: nameNode.at, dependencies }];
}

function readName(node: SourceNode): NamedPlace[] {
  return node.kind === "scalar" && typeof node.value === "string" && node.value !== ""
    ? [{ name: node.value, at: node.at }]
    : [];
}

/** One issue for each cycle; cycles that share steps with one that is reported already are left for the next look. */
function findCycles(steps: readonly NamedStep[]): DraftIssue[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const edges = new Map(
    [...byName.values()].map((step) => [
      step.name,
      [...new Set(step.dependencies.map(({ name }) => name))].filter((name) => name !== step.name && byName.has(name)),
    ]),
  );
  const issues: DraftIssue[] = [];
  for (;;) {
    const members = findCycle(edges);
    if (members === null) return issues;
    const first = byName.get(members[0] ?? "");
    const closing = first?.dependencies.find(({ name }) => name === members.at(-1));
    if (first === undefined || closing === undefined) return issues;
    issues.push({
      at: closing.at,
      message: `found a cycle of dependencies (${[...members, first.name].join(" -> ")}), expected none`,
      hint: `"${first.name}" cannot wait for "${closing.name}", which waits for it`,
    });
    for (const name of members) edges.set(name, []);
  }
}

function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  try {
    buildGraph([...edges].map(([name, dependsOn]) => ({ name, dependsOn })));
    return null;
  } catch (error) {
    if (!(error instanceof CyclicGraphError)) throw error;
    const { members } = error.context;
    return Array.isArray(members) ? members.map(String) : [];
  }
}
