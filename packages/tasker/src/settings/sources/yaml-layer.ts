import type { Place } from "../../config/violation.ts";
import type { LocateOffset } from "../../templates/draft-issue.ts";
import { readYaml } from "../../templates/read-yaml.ts";
import { findNode, type SourceMapping, type SourceNode, toPlainObject } from "../../templates/source-tree.ts";
import type { Layer, Origin } from "../origin.ts";
import type { SourceViolation } from "../violation.ts";

/** A file that was read: its mapping, and where its parts are. */
export interface YamlFile {
  readonly name: string;
  readonly top: SourceMapping;
  readonly locate: LocateOffset;
}

/** Reads a file's text. What is wrong with it is added to `violations`; null if nothing can be made of it. */
export function readYamlFile(text: string, name: string, violations: SourceViolation[]): YamlFile | null {
  const { tree, issues, locate } = readYaml(text);
  for (const { at, message, hint } of issues) {
    const line = at.offset === null ? {} : { line: locate(at.offset).line };
    violations.push({
      source: name,
      ...line,
      path: "",
      value: undefined,
      expected: message,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  if (tree === null || issues.length > 0) return null;
  if (tree.kind === "mapping") return { name, top: tree, locate };
  violations.push({ source: name, line: 1, path: "", value: undefined, expected: "expected a mapping with sections" });
  return null;
}

/** Where a place below a node of a file was written, or what is nearest above it. */
export function originIn({ name, locate }: YamlFile, node: SourceNode, place: Place): Origin {
  const found = findNode(node, place);
  const offset = found.entry?.keyAt.offset ?? found.node.at.offset;
  return { kind: "file", source: name, ...(offset === null ? {} : { line: locate(offset).line }) };
}

/** The values of a mapping of a file. */
export function layerIn(file: YamlFile, mapping: SourceMapping): Layer {
  return { values: toPlainObject(mapping), origin: (place) => originIn(file, mapping, place) };
}

/** A mapping without some of its keys. */
export function without(mapping: SourceMapping, keys: readonly string[]): SourceMapping {
  return { ...mapping, entries: new Map([...mapping.entries].filter(([key]) => !keys.includes(key))) };
}
