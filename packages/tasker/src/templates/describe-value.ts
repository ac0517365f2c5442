import type { SourceNode } from "./source-tree.ts";

/** Longest text that a message quotes, in characters. */
const LONGEST_QUOTED = 60;

/** JSON of a value, cut to 60 characters. */
export function shortenJson(value: unknown): string {
  const json = JSON.stringify(value) ?? String(value);
  return json.length <= LONGEST_QUOTED ? json : `${json.slice(0, LONGEST_QUOTED - 3)}...`;
}

/** What a message says was found. */
export function describeNode(node: SourceNode): string {
  if (node.kind === "list") return "a list";
  if (node.kind === "mapping") return "a mapping";
  return node.value === null ? "nothing" : (node.written ?? shortenJson(node.value));
}
