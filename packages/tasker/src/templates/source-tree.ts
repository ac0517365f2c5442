import type { JsonObject, JsonValue } from "../json/json-value.ts";

/** Keys and indexes from the top of a template to a value, such as `["step_templates", 2, "name"]`. */
export type SourcePath = readonly (string | number)[];

/** Where a key or a value was written. */
export interface SourcePlace {
  readonly path: SourcePath;
  /** Characters from the start of the text, or null when the value did not come from text. */
  readonly offset: number | null;
}

/** A text, number, boolean or null. */
export interface SourceScalar {
  readonly kind: "scalar";
  readonly at: SourcePlace;
  readonly value: string | number | boolean | null;
  /** A number as it was written, such as `1.0`. */
  readonly written?: string;
  /** A text with a placeholder, written without quotes. */
  readonly plain?: true;
  /** What YAML 1.1 reads here, when it is not what YAML 1.2 reads: `yes` is true there and a text here. */
  readonly yaml11?: boolean;
}

/** A list. */
export interface SourceList {
  readonly kind: "list";
  readonly at: SourcePlace;
  readonly items: readonly SourceNode[];
}

/** A key with its value. */
export interface SourceEntry {
  /** Where the key is. */
  readonly keyAt: SourcePlace;
  readonly value: SourceNode;
}

/** A mapping, in written order. */
export interface SourceMapping {
  readonly kind: "mapping";
  readonly at: SourcePlace;
  readonly entries: ReadonlyMap<string, SourceEntry>;
}

/** A JSON value that remembers where each of its parts was written, also after parts of two were merged. */
export type SourceNode = SourceScalar | SourceList | SourceMapping;

/** How many values there are, each list and mapping counted, too. */
export function sizeOf(node: SourceNode): number {
  if (node.kind === "scalar") return 1;
  const values = node.kind === "list" ? node.items : [...node.entries.values()].map(({ value }) => value);
  return values.reduce((sum, value) => sum + sizeOf(value), 1);
}

/** The plain value. Keys such as `__proto__` become ordinary properties. */
export function toPlainValue(node: SourceNode): JsonValue {
  switch (node.kind) {
    case "scalar":
      return node.value;
    case "list":
      return node.items.map(toPlainValue);
    case "mapping":
      return toPlainObject(node);
  }
}

/** The plain object that a mapping stands for. */
export function toPlainObject(node: SourceMapping): JsonObject {
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toPlainValue(entry.value)]));
}

/** What a path leads to: the value, or the nearest value above it when something on the way is missing. */
export interface Found {
  readonly node: SourceNode;
  /** The key that leads to `node`, unless it is the top or an item of a list. */
  readonly entry: SourceEntry | null;
  /** Number of parts of the path that exist. */
  readonly depth: number;
}

/** Follows a path as far as it exists. */
export function findNode(top: SourceNode, path: readonly PropertyKey[]): Found {
  let found: Found = { node: top, entry: null, depth: 0 };
  for (const part of path) {
    const { node } = found;
    const entry = node.kind === "mapping" ? (node.entries.get(String(part)) ?? null) : null;
    const next = node.kind === "list" ? node.items[Number(part)] : entry?.value;
    if (next === undefined) return found;
    found = { node: next, entry, depth: found.depth + 1 };
  }
  return found;
}

/** The text under a key, or undefined if there is none. */
export function textOf(mapping: SourceMapping, key: string): string | undefined {
  const node = mapping.entries.get(key)?.value;
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
}

/** The items of the list under a key; empty if there is no list. */
export function itemsOf(mapping: SourceMapping, key: string): readonly SourceNode[] {
  const node = mapping.entries.get(key)?.value;
  return node?.kind === "list" ? node.items : [];
}

/** The mapping with one value changed; positions stay. */
export function withValue(mapping: SourceMapping, key: string, value: SourceNode): SourceMapping {
  const entry = mapping.entries.get(key);
  if (entry === undefined) return mapping;
  return { ...mapping, entries: new Map(mapping.entries).set(key, { ...entry, value }) };
}

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;

/** A path as people write it: `step_templates[2].default_retry_limit`; unusual keys in quotes and brackets. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const key = String(part);
    if (!PLAIN_KEY.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}
