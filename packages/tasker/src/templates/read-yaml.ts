import {
  type Alias,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  type Scalar,
} from "yaml";
import { textDefect } from "../text/text-defect.ts";
import type { DraftIssue, LocateOffset } from "./draft-issue.ts";
import type { SourceEntry, SourceMapping, SourceNode, SourcePath, SourcePlace } from "./source-tree.ts";

/** Values that a template may hold; more can only come from aliases that repeat each other. */
const MOST_NODES = 200_000;
/** Levels of nesting that a template may have. */
const DEEPEST_LEVEL = 100;

/** Plain words that are booleans in YAML 1.1, as Ruby reads it, and texts in YAML 1.2. */
const YAML11_BOOLEAN = /^(?:(yes|on)|no|off)$/i;

/** A text as values with their places. `tree` is null if the text could not be read, or not all of it. */
export interface YamlReading {
  readonly tree: SourceNode | null;
  readonly issues: readonly DraftIssue[];
  readonly locate: LocateOffset;
}

class TreeReader {
  readonly issues: DraftIssue[] = [];
  /** Whether there are more values than there may be: what was read then is not all. */
  hasTooMany = false;
  readonly #locate: LocateOffset;
  readonly #mostRepeated: number;
  /** What each anchor has stood for last. */
  readonly #anchors = new Map<string, unknown>();
  /** What each alias stands for. */
  readonly #targets = new Map<unknown, unknown>();
  /** Aliases that are being followed. */
  readonly #following = new Set<unknown>();
  #nodes = 0;
  #repeated = 0;

  constructor(locate: LocateOffset, mostRepeated: number) {
    this.#locate = locate;
    this.#mostRepeated = mostRepeated;
  }

  read(node: unknown, path: SourcePath, fallbackOffset: number): SourceNode {
    const at: SourcePlace = { path, offset: offsetOf(node) ?? fallbackOffset };
    if (path.length > DEEPEST_LEVEL) return this.#exceed(`${DEEPEST_LEVEL} levels of nesting`, at);
    this.#nodes += 1;
    if (this.#following.size > 0) this.#repeated += 1;
    else this.#remember(node);
    if (this.#nodes > MOST_NODES || this.#repeated > this.#mostRepeated) {
      this.hasTooMany = true;
      const isRepeated = this.#repeated > this.#mostRepeated;
      return this.#exceed(isRepeated ? `${this.#mostRepeated} values that aliases repeat` : `${MOST_NODES} values`, at);
    }
    if (isAlias(node)) return this.#readAlias(node, path, at);
    if (isMap(node)) return { kind: "mapping", at, entries: this.#readEntries(node.items, path, at) };
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.read(item, [...path, index], at.offset ?? 0));
      return { kind: "list", at, items };
    }
    return this.#readScalar(isScalar(node) ? node : null, at);
  }

  /** Reported once: every value after the first one beyond a limit is beyond it too. */
  #exceed(limit: string, at: SourcePlace): SourceNode {
    if (!this.issues.some((issue) => issue.message.includes(limit))) {
      this.issues.push({ at, message: `found more than ${limit}, expected fewer` });
    }
    return { kind: "scalar", at, value: null };
  }

  /** An alias stands for what its anchor stood for last before it, also where the alias is repeated by another one. */
  #remember(node: unknown): void {
    if (isAlias(node)) this.#targets.set(node, this.#anchors.get(node.source));
    else if (isNode(node) && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
  }

  #readAlias(node: Alias, path: SourcePath, at: SourcePlace): SourceNode {
    const target = this.#targets.get(node);
    if (target === undefined || this.#following.has(target)) {
      const found = target === undefined ? "an alias of an unknown anchor" : "an alias inside its own anchor";
      this.issues.push({ at, message: `found ${found}, expected an anchor that ends before it` });
      return { kind: "scalar", at, value: null };
    }
    this.#following.add(target);
    const value = this.read(target, path, at.offset ?? 0);
    this.#following.delete(target);
    return value;
  }

  #readEntries(pairs: readonly Pair[], path: SourcePath, at: SourcePlace): Map<string, SourceEntry> {
    const entries = new Map<string, SourceEntry>();
    const inherited: SourceMapping[] = [];
    for (const pair of pairs) {
      if (!isPair(pair)) continue;
      const offset = offsetOf(pair.key) ?? at.offset ?? 0;
      if (this.#following.size === 0) this.#remember(pair.key);
      const key = keyOf(pair.key);
      if (key === null || textDefect(key) !== null) {
        const found = key === null ? "that is not a text" : `with ${textDefect(key)}`;
        this.issues.push({ at: { path, offset }, message: `found a key ${found}, expected a text` });
        continue;
      }
      const keyAt: SourcePlace = { path: [...path, key], offset };
      if (key === "<<" && isScalar(pair.key) && pair.key.type === "PLAIN") {
        inherited.push(...this.#readMerged(pair.value, path, keyAt));
        continue;
      }
      const first = entries.get(key);
      if (first !== undefined) {
        const line = this.#locate(first.keyAt.offset ?? 0).line;
        this.issues.push({
          at: keyAt,
          message: `found "${key}" twice in one mapping, expected it once (first on line ${line})`,
        });
        continue;
      }
      entries.set(key, { keyAt, value: this.read(pair.value, keyAt.path, offset) });
    }
    for (const mapping of inherited) {
      for (const [key, entry] of mapping.entries) if (!entries.has(key)) entries.set(key, entry);
    }
    return entries;
  }

  /** What a YAML 1.1 merge key brings in: a mapping, or several of which earlier ones win. */
  #readMerged(value: unknown, path: SourcePath, keyAt: SourcePlace): SourceMapping[] {
    const node = this.read(value, path, keyAt.offset ?? 0);
    const mappings = node.kind === "list" ? node.items : [node];
    return mappings.filter((candidate): candidate is SourceMapping => {
      if (candidate.kind === "mapping") return true;
      this.issues.push({
        at: keyAt,
        message: `found ${candidate.kind === "list" ? "a list" : "a value"} to merge, expected a mapping`,
      });
      return false;
    });
  }

  #readScalar(scalar: Scalar | null, at: SourcePlace): SourceNode {
    const value = scalar?.value ?? null;
    const reject = (message: string, hint: string): SourceNode => {
      this.issues.push({ at, message, hint });
      return { kind: "scalar", at, value: null };
    };
    if (typeof value === "number" && !Number.isFinite(value)) {
      return reject(
        `found ${scalar?.source ?? value}, expected a finite number`,
        "JSON has no infinity and no not-a-number",
      );
    }
    if (typeof value === "number" && losesDigits(value, scalar?.source ?? "")) {
      return reject(
        `found ${scalar?.source}, expected a number that keeps its digits (whole numbers up to 2^53 - 1 do)`,
        "write it in quotes, as a text",
      );
    }
    if (typeof value === "string") {
      const defect = textDefect(value);
      if (defect !== null)
        return reject(`found a text with ${defect}, expected text that PostgreSQL can store`, "remove it");
      const yaml11 = scalar?.type === "PLAIN" ? YAML11_BOOLEAN.exec(value) : null;
      if (scalar?.type === "PLAIN" && value.includes("${")) return { kind: "scalar", at, value, plain: true };
      return yaml11 === null
        ? { kind: "scalar", at, value }
        : { kind: "scalar", at, value, yaml11: yaml11[1] !== undefined };
    }
    if (typeof value === "number") return { kind: "scalar", at, value, written: scalar?.source ?? String(value) };
    if (value === null || typeof value === "boolean") return { kind: "scalar", at, value };
    return reject("found binary data, expected a JSON value", "write it in quotes, as a text");
  }
}

/** Whether a whole number is read as another one, because a double has fewer digits. */
function losesDigits(value: number, source: string): boolean {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return false;
  if (/^0[xo]/.test(source)) return true;
  const digits = /^([-+]?)0*(\d+)$/.exec(source);
  if (digits === null) return false;
  return JSON.stringify(value) !== `${digits[1] === "-" ? "-" : ""}${digits[2]}`;
}

function offsetOf(node: unknown): number | undefined {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range)
    ? node.range[0]
    : undefined;
}

function keyOf(key: unknown): string | null {
  if (!isScalar(key) || key.value === null) return null;
  // `1:` and `true:` are texts in JSON: as they were written.
  return typeof key.value === "string" ? key.value : (key.source ?? String(key.value));
}

/** How much a text may mean. */
interface YamlLimits {
  /** Values that aliases repeat: a text of some hundred characters can mean as many as one likes. Default: 200,000. */
  readonly mostRepeated?: number | undefined;
}

/**
 * Reads YAML 1.2 (and so JSON) of one document, with anchors and merge keys.
 *
 * Never throws: what is wrong with the text is listed with its place.
 */
export function readYaml(text: string, { mostRepeated = MOST_NODES }: YamlLimits = {}): YamlReading {
  const lines = new LineCounter();
  const locate: LocateOffset = (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), col: Math.max(col, 1) };
  };
  const fail = (offset: number, message: string, hint?: string): YamlReading => ({
    tree: null,
    issues: [{ at: { path: [], offset }, message, ...(hint === undefined ? {} : { hint }) }],
    locate,
  });
  // Whatever goes wrong in the parser, also a stack exhausted by very deep nesting, becomes one of its errors.
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "silent",
  });
  const [document, second] = documents;
  const problems = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  if (problems.length > 0) {
    const issues = problems.map(({ pos, message }) => ({
      at: { path: [], offset: pos[0] },
      message: `invalid YAML: ${message}`,
    }));
    return { tree: null, issues, locate };
  }
  if (document === undefined || document.contents === null) return fail(0, "found an empty file, expected a mapping");
  if (second !== undefined) {
    return fail(
      second.range?.[0] ?? 0,
      `found ${documents.length} documents, expected one`,
      "write one template per file",
    );
  }
  const reader = new TreeReader(locate, mostRepeated);
  const tree = reader.read(document.contents, [], 0);
  return { tree: reader.hasTooMany ? null : tree, issues: reader.issues, locate };
}
