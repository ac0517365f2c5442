import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from "graphql";
import { QueryLimitError } from "../../errors/index.ts";
import type { GraphqlLimits } from "./limits.ts";

/** What a document is made of. */
interface DocumentCounts {
  fields: number;
  aliases: number;
}

/**
 * Checks what validating a document costs, before it is validated: rules that compare fields with each other take time that
 * grows with the square of their number.
 * @returns its fragments by their names
 * @throws QueryLimitError, also for fragments that contain themselves
 */
export function checkDocument(
  document: DocumentNode,
  limits: GraphqlLimits,
): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const counts: DocumentCounts = { fields: 0, aliases: 0 };
  let definitions = 0;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      definitions++;
      fragments.set(definition.name.value, definition);
    }
    if ("selectionSet" in definition && definition.selectionSet !== undefined) {
      count(definition.selectionSet, counts);
    }
  }
  refuseMore("maxFields", counts.fields, limits, "fields");
  refuseMore("maxAliases", counts.aliases, limits, "aliases");
  refuseMore("maxFragments", definitions, limits, "fragments");
  refuseCycles(fragments);
  return fragments;
}

/** @throws QueryLimitError if there is more of something than may be */
export function refuseMore(limit: keyof GraphqlLimits, value: number, limits: GraphqlLimits, what: string): void {
  const allowed = limits[limit];
  if (value <= allowed) return;
  throw new QueryLimitError(`the document has ${value} ${what}, at most ${allowed} are allowed`, {
    context: { limit, value, allowed },
  });
}

function count(set: SelectionSetNode, counts: DocumentCounts): void {
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      counts.fields++;
      if (selection.alias !== undefined) counts.aliases++;
    }
    if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet !== undefined) {
      count(selection.selectionSet, counts);
    }
  }
}

function refuseCycles(fragments: ReadonlyMap<string, FragmentDefinitionNode>): void {
  const done = new Set<string>();
  const open = new Set<string>();
  const visit = (name: string): void => {
    const fragment = fragments.get(name);
    if (fragment === undefined || done.has(name)) return;
    if (open.has(name)) {
      throw new QueryLimitError(`the fragment ${name} contains itself`, { context: { fragment: name } });
    }
    open.add(name);
    for (const spread of spreadsOf(fragment.selectionSet)) visit(spread);
    open.delete(name);
    done.add(name);
  };
  for (const name of fragments.keys()) visit(name);
}

function spreadsOf(set: SelectionSetNode): string[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [selection.name.value];
    return selection.selectionSet === undefined ? [] : spreadsOf(selection.selectionSet);
  });
}
