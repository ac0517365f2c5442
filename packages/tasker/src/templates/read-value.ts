import { textDefect } from "../text/text-defect.ts";
import type { DraftIssue } from "./draft-issue.ts";
import type { SourceEntry, SourceNode, SourcePath } from "./source-tree.ts";

/** A value made by a program, as a tree without positions. */
export interface ValueReading {
  readonly tree: SourceNode;
  readonly issues: readonly DraftIssue[];
}

/** Reads a JSON value; keys whose value is undefined are left out. What JSON cannot hold is listed with its path. */
export function readValue(value: unknown): ValueReading {
  const issues: DraftIssue[] = [];
  const above = new Set<object>();

  const reject = (path: SourcePath, found: string): SourceNode => {
    issues.push({ at: { path, offset: null }, message: `found ${found}, expected a JSON value` });
    return { kind: "scalar", at: { path, offset: null }, value: null };
  };

  const read = (item: unknown, path: SourcePath): SourceNode => {
    const at = { path, offset: null };
    if (typeof item === "string") {
      const defect = textDefect(item);
      return defect === null ? { kind: "scalar", at, value: item } : reject(path, `a text with ${defect}`);
    }
    if (typeof item === "number" && !Number.isFinite(item)) return reject(path, String(item));
    if (item === null || typeof item === "number" || typeof item === "boolean")
      return { kind: "scalar", at, value: item };
    if (typeof item !== "object") return reject(path, item === undefined ? "undefined" : `a ${typeof item}`);
    if (above.has(item)) return reject(path, "an object that contains itself");
    above.add(item);
    const node = readObject(item, path);
    above.delete(item);
    return node;
  };

  const readObject = (item: object, path: SourcePath): SourceNode => {
    const at = { path, offset: null };
    if (Array.isArray(item))
      return { kind: "list", at, items: item.map((part, index) => read(part, [...path, index])) };
    const prototype: unknown = Object.getPrototypeOf(item);
    // A plain object of another realm has another Object.prototype, whose own prototype is null.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      return reject(path, `an object of class ${item.constructor.name}`);
    }
    const entries = new Map<string, SourceEntry>();
    for (const [key, part] of Object.entries(item)) {
      if (part === undefined) continue;
      const keyAt = { path: [...path, key], offset: null };
      const defect = textDefect(key);
      if (defect !== null) reject(keyAt.path, `a key with ${defect}`);
      entries.set(key, { keyAt, value: read(part, keyAt.path) });
    }
    return { kind: "mapping", at, entries };
  };

  return { tree: read(value, []), issues };
}
