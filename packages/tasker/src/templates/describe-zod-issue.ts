import type { z } from "zod";
import { hintAt } from "../text/nearest-name.ts";
import { CircuitDocument, StepCircuitDocument } from "./circuit-document.ts";
import { CustomEventDocument } from "./custom-event-document.ts";
import { describeNode } from "./describe-value.ts";
import type { DraftIssue } from "./draft-issue.ts";
import { LimitDocument, RateDocument, StepLimitDocument } from "./limit-document.ts";
import { findNode, type SourceNode } from "./source-tree.ts";
import { SystemDocument } from "./system-document.ts";
import { StepDocument, TemplateDocument } from "./template-document.ts";

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
};

/** What helps with a value of a certain key. */
const KEY_HINTS: Readonly<Record<string, string>> = {
  default_retry_limit: "it is the largest number of attempts: 1 means that nothing is tried again",
  version: 'in quotes, such as "1.0.0"',
  timeout_seconds: "leave it out for no deadline",
  depends_on_step: "use depends_on_steps for several steps",
};

/** Turns what the schema found into issues at their places in the template. */
export function describeZodIssue(issue: z.core.$ZodIssue, tree: SourceNode): DraftIssue[] {
  const found = findNode(tree, issue.path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => describeUnknownKey(key, issue.path, found.node));
  const expected = describeExpected(issue);
  const key = issue.path.findLast((part) => typeof part === "string");
  if (found.depth < issue.path.length) {
    const at = {
      path: [...found.node.at.path, ...issue.path.slice(found.depth).map(String)],
      offset: found.node.at.offset,
    };
    return [{ at, message: `is missing, expected ${expected}`, missing: true }];
  }
  const hint = typeof key === "string" ? KEY_HINTS[key] : undefined;
  const message = `found ${describeFound(issue, found.node)}, expected ${expected}`;
  return [{ at: found.node.at, message, ...(hint === undefined ? {} : { hint }) }];
}

function describeFound(issue: z.core.$ZodIssue, node: SourceNode): string {
  const tooLong = issue.code === "too_big" && node.kind === "scalar" && typeof node.value === "string";
  return tooLong ? `${String(node.value).length} characters` : describeNode(node);
}

function describeExpected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_NAMES[issue.expected] ?? issue.expected;
    case "too_small":
      if (issue.origin === "string") return "a text that is not empty";
      return issue.inclusive ? `${issue.minimum} or more` : `more than ${issue.minimum}`;
    case "too_big":
      return issue.origin === "string" ? `at most ${issue.maximum}` : `${issue.maximum} or less`;
    default:
      return issue.message;
  }
}

function describeUnknownKey(key: string, path: readonly PropertyKey[], parent: SourceNode): DraftIssue {
  const entry = parent.kind === "mapping" ? parent.entries.get(key) : undefined;
  const known = Object.keys(schemaAt(path).shape);
  return {
    at: entry?.keyAt ?? parent.at,
    message: `found the unknown key "${key}", expected one of the known keys`,
    hint: hintAt(key, known, "known keys"),
  };
}

/** The part of the schema that describes a mapping: only mappings with fixed keys can have unknown ones. */
function schemaAt(path: readonly PropertyKey[]): z.ZodObject {
  if (path.length === 0) return TemplateDocument;
  if (path.at(-1) === "circuit_breaker") return path[0] === "dependent_systems" ? CircuitDocument : StepCircuitDocument;
  if (path.at(-1) === "rate") return RateDocument;
  if (path.at(-2) === "limits") return StepLimitDocument;
  if (path[0] === "dependent_systems") return SystemDocument;
  if (path[0] === "handler_limits") return LimitDocument;
  return path.includes("custom_events") ? CustomEventDocument : StepDocument;
}
