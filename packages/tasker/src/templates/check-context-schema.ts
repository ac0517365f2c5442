import type { ErrorObject } from "ajv";
import { describeNode, shortenJson } from "./describe-value.ts";
import type { DraftIssue } from "./draft-issue.ts";
import { createSchemaCompiler, DATA_KEYWORDS, detectDialect, KNOWN_DIALECTS } from "./schema-dialect.ts";
import { patternDefect } from "./schema-pattern.ts";
import { findNode, type SourceMapping, type SourceNode, type SourcePlace, toPlainObject } from "./source-tree.ts";

/** Checks that the value of `schema` is itself a valid JSON Schema which can be compiled without looking anywhere else. */
export function checkContextSchema(node: SourceMapping): DraftIssue[] {
  const schema = toPlainObject(node);
  const placeOf = (key: string): SourcePlace => findNode(node, [key]).node.at;
  const dialect = detectDialect(schema);
  if (dialect === null) {
    return [
      {
        at: placeOf("$schema"),
        message: `found the dialect ${JSON.stringify(schema.$schema)}, expected one that is known`,
        hint: KNOWN_DIALECTS.join(", "),
      },
    ];
  }
  if (schema.$async !== undefined) {
    return [{ at: placeOf("$async"), message: "found an asynchronous schema, expected one that is checked at once" }];
  }
  const compiler = createSchemaCompiler(schema, dialect);
  if (compiler.ajv.validateSchema(compiler.schema) !== true) {
    return describeSchemaErrors(compiler.ajv.errors ?? [], node);
  }
  const patterns = findBadPatterns(node);
  if (patterns.length > 0) return patterns;
  try {
    compiler.ajv.compile(compiler.schema);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const reference = /can't resolve reference (.+) from id/.exec(reason)?.[1];
    if (reference === undefined) return [{ at: node.at, message: `found an invalid JSON Schema: ${reason}` }];
    const message = `found the reference ${JSON.stringify(reference)}, expected one to a part of this schema`;
    return [{ at: findReference(node, reference) ?? node.at, message, hint: "such as #/definitions/name" }];
  }
}

/** Keywords of ajv's errors that only sum up errors of parts, which are listed themselves. */
const SUMMARIES = new Set(["anyOf", "oneOf", "allOf", "if", "$ref"]);

function describeSchemaErrors(errors: readonly ErrorObject[], node: SourceMapping): DraftIssue[] {
  // Every part of a `type` that may be a text or a list fails in its own way: one issue for each place.
  const byPlace = new Map<string, ErrorObject>();
  for (const error of errors) {
    const known = byPlace.get(error.instancePath);
    if (known === undefined || SUMMARIES.has(known.keyword)) byPlace.set(error.instancePath, error);
  }
  return [...byPlace.values()].map((error) => {
    const path = error.instancePath.split("/").slice(1).map(unescapePointer);
    const found = findNode(node, path).node;
    return {
      at: found.at,
      message: `found ${describeNode(found)}, which is not valid in JSON Schema: it ${describeRule(error)}`,
    };
  });
}

function describeRule(error: ErrorObject): string {
  if (error.keyword === "enum" && Array.isArray(error.params.allowedValues)) {
    return `must be one of ${error.params.allowedValues.join(", ")}`;
  }
  return error.message ?? `breaks the rule "${error.keyword}"`;
}

/** A part of a JSON Pointer (RFC 6901) as the key it stands for. */
export function unescapePointer(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

function childrenOf(node: SourceNode): readonly SourceNode[] {
  if (node.kind === "list") return node.items;
  if (node.kind === "scalar") return [];
  return [...node.entries].filter(([keyword]) => !DATA_KEYWORDS.has(keyword)).map(([, entry]) => entry.value);
}

function findReference(node: SourceNode, reference: string): SourcePlace | null {
  const own = node.kind === "mapping" ? node.entries.get("$ref")?.value : undefined;
  if (own?.kind === "scalar" && own.value === reference) return own.at;
  for (const child of childrenOf(node)) {
    const place = findReference(child, reference);
    if (place !== null) return place;
  }
  return null;
}

/** ajv leaves the format of patterns unchecked and stops at the first that does not compile, without its place. */
function findBadPatterns(node: SourceNode): DraftIssue[] {
  const below = childrenOf(node).flatMap(findBadPatterns);
  if (node.kind !== "mapping") return below;
  const own = node.entries.get("pattern")?.value;
  const named = node.entries.get("patternProperties")?.value;
  const patterns: { readonly text: string; readonly at: SourcePlace }[] = [];
  if (own?.kind === "scalar" && typeof own.value === "string") patterns.push({ text: own.value, at: own.at });
  if (named?.kind === "mapping") for (const [text, entry] of named.entries) patterns.push({ text, at: entry.keyAt });
  const issues = patterns.flatMap(({ text, at }) => {
    const defect = patternDefect(text);
    return defect === null
      ? []
      : [{ at, message: `found ${shortenJson(text)}, expected a regular expression: ${defect}` }];
  });
  return [...issues, ...below];
}
