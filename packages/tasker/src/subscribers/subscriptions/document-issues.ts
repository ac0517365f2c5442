import type { z } from "zod";
import { describeNode } from "../../templates/describe-value.ts";
import type { DraftIssue } from "../../templates/draft-issue.ts";
import { findNode, type SourceNode } from "../../templates/source-tree.ts";
import { hintAt } from "../../text/nearest-name.ts";

/** Something that was expected at a path of keys and indexes. */
interface Expectation {
  readonly path: readonly PropertyKey[];
  readonly expected: string;
  readonly hint?: string;
}

/** What a schema whose messages say what was expected has found, at its place. */
export function placeZodIssue(issue: z.core.$ZodIssue, node: SourceNode): DraftIssue[] {
  if (issue.code !== "unrecognized_keys")
    return [placeExpectation({ path: issue.path, expected: issue.message }, node)];
  const known = issue.message.split(", ");
  return issue.keys.map((key) => placeUnknownKey(key, issue.path, known, node));
}

/** What was expected somewhere in a value, at its place, or where it should be. */
export function placeExpectation({ path, expected, hint }: Expectation, node: SourceNode): DraftIssue {
  const found = findNode(node, path);
  const more = hint === undefined ? {} : { hint };
  if (found.depth === path.length) {
    return { at: found.node.at, message: `found ${describeNode(found.node)}, expected ${expected}`, ...more };
  }
  const rest = path.slice(found.depth).map(String);
  const at = { path: [...found.node.at.path, ...rest], offset: found.entry?.keyAt.offset ?? found.node.at.offset };
  return { at, message: `is missing, expected ${expected}`, ...more };
}

/** A key that there is not, with the nearest of those that there are. */
export function placeUnknownKey(
  key: string,
  path: readonly PropertyKey[],
  known: readonly string[],
  node: SourceNode,
): DraftIssue {
  const { node: parent } = findNode(node, path);
  const entry = parent.kind === "mapping" ? parent.entries.get(key) : undefined;
  return {
    at: entry?.keyAt ?? parent.at,
    message: `found the unknown key "${key}", expected one of the known keys`,
    hint: hintAt(key, known, "known keys"),
  };
}
