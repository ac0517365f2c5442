import { createHash } from "node:crypto";
import { quoteName } from "../quote-name.ts";
import { type Finding, finding } from "./finding.ts";
import type { CatalogFunction } from "./schema-catalog.ts";
import type { SchemaComparison } from "./schema-comparison.ts";
import { createFunction } from "./write-definition.ts";

/** The functions of the Rails engine's schema. */
export const REFERENCE_FUNCTIONS: readonly string[] = [
  "get_step_readiness_status",
  "get_step_readiness_status_batch",
  "get_task_execution_context",
  "get_task_execution_contexts_batch",
  "calculate_dependency_levels",
  "get_system_health_counts_v01",
  "get_analytics_metrics_v01",
  "get_slowest_tasks_v01",
  "get_slowest_steps_v01",
];

/** Those of them that fail with every call, as the Rails engine's schema has them. */
const FAILING = new Set(["get_slowest_tasks_v01", "get_slowest_steps_v01"]);

/** Functions that are missing or differ in arguments, result, attributes, settings or body. */
export function compareFunctions(comparison: SchemaComparison): Finding[] {
  const { expected, found, madeByRails, hasHad } = comparison;
  const isTheirs = (name: string) => madeByRails && REFERENCE_FUNCTIONS.includes(name);
  const known = new Set(expected.functions.map(({ name }) => name));
  return [
    ...expected.functions.flatMap((one) => {
      const named = found.functions.filter(({ name }) => name === one.name);
      if (isTheirs(one.name) && named.length > 0) return compareTheirs(one, named);
      return hasHad(one.migration) ? compareOurs(one, named) : [];
    }),
    ...found.functions.filter(({ name }) => isTheirs(name) && FAILING.has(name) && !known.has(name)).map(failing),
  ];
}

function compareOurs(expected: CatalogFunction, named: readonly CatalogFunction[]): Finding[] {
  const facts = { severity: "error", topic: "function", object: expected.name } as const;
  const there = named.find(({ identity }) => identity === expected.identity);
  if (there === undefined) {
    const found = named.length === 0 ? "no such function" : `only with other arguments: (${named[0]?.identity ?? ""})`;
    return [finding({ ...facts, found, expected: "this release's function", statements: [createFunction(expected)] })];
  }
  if (there.signature !== expected.signature) {
    return [finding({ ...facts, found: there.signature, expected: expected.signature, statements: replace(expected) })];
  }
  const digests = { found: digest(there), expected: digest(expected) };
  if (digests.found === digests.expected) return [];
  return [
    finding({
      ...facts,
      found: `definition with SHA-256 ${digests.found}...`,
      expected: `${digests.expected}...`,
      statements: [createFunction(expected)],
    }),
  ];
}

/** A function that the Rails engine has as well: its own body is no fault, and Rails processes may rely on it. */
function compareTheirs(expected: CatalogFunction, named: readonly CatalogFunction[]): Finding[] {
  const [difference] = compareOurs(expected, named);
  if (difference === undefined) return [];
  const there = named.find(({ identity }) => identity === expected.identity);
  if (there === undefined || there.signature !== expected.signature) {
    return [
      { ...difference, note: "Neither the Rails engine's nor this release's: processes of both call it by position." },
    ];
  }
  const fails = FAILING.has(expected.name);
  return [
    {
      ...difference,
      severity: fails ? "warning" : "advice",
      found: "the Rails engine's body, or one that somebody has edited",
      expected: "this release's body",
      note: fails
        ? "The Rails engine's fails with every call (42804: two columns are not of the declared type)."
        : "Same arguments and result. Rails processes that share the database get this release's answers then.",
    },
  ];
}

function failing({ name }: CatalogFunction): Finding {
  return finding({
    severity: "warning",
    topic: "function",
    object: name,
    found: "the Rails engine's body",
    expected: "a body that can be called",
    note: "It fails with every call (42804: two columns are not of the declared type).",
  });
}

/** A changed signature cannot be replaced, only made anew. */
function replace(expected: CatalogFunction): string[] {
  return [`drop function ${quoteName(expected.name)}(${expected.identity});`, createFunction(expected)];
}

function digest({ definition }: CatalogFunction): string {
  return createHash("sha256").update(definition.join("\n")).digest("hex").slice(0, 12);
}
