import { quoteName } from "../quote-name.ts";
import { type Finding, finding } from "./finding.ts";
import type { CatalogConstraint } from "./schema-catalog.ts";
import { due, type SchemaComparison, sharedTables } from "./schema-comparison.ts";
import { addConstraint, alterTable } from "./write-definition.ts";

/** Keys and checks that are missing, differ, have another name, or that somebody else has added. */
export function compareConstraints(comparison: SchemaComparison): Finding[] {
  const shared = sharedTables(comparison);
  const theirs = comparison.found.constraints;
  const ours = due(comparison.expected.constraints, comparison);
  const isOurs = (one: CatalogConstraint) => ours.some(({ table, name }) => table === one.table && name === one.name);
  const renamed = new Map<CatalogConstraint, CatalogConstraint>();
  for (const constraint of ours) {
    const { table, name, definition } = constraint;
    if (theirs.some((one) => one.table === table && one.name === name)) continue;
    const other = theirs.find((one) => one.table === table && one.definition === definition && !isOurs(one));
    if (other !== undefined) renamed.set(constraint, other);
  }
  const taken = new Set(renamed.values());
  return [
    // the foreign keys of a table that is missing are not made with it: the tables that they lead to may be missing too
    ...ours
      .filter(({ table, kind }) => shared.has(table) || kind === "foreign key")
      .flatMap((constraint) => compareConstraint(constraint, theirs, renamed.get(constraint))),
    ...theirs.filter((one) => shared.has(one.table) && !isOurs(one) && !taken.has(one)).map(unknownConstraint),
  ];
}

function compareConstraint(
  constraint: CatalogConstraint,
  theirs: readonly CatalogConstraint[],
  renamed: CatalogConstraint | undefined,
): Finding[] {
  const { table, name, kind, definition } = constraint;
  const facts = {
    topic: kind === "foreign key" ? ("foreign key" as const) : ("key" as const),
    object: `${name} on ${table}`,
    expected: definition,
  };
  if (renamed !== undefined) {
    const rename = alterTable(table, `rename constraint ${quoteName(renamed.name)} to ${quoteName(name)}`);
    return [
      finding({
        ...facts,
        severity: "warning",
        found: `the same under the name ${renamed.name}`,
        statements: [rename],
      }),
    ];
  }
  const there = theirs.find((one) => one.table === table && one.name === name);
  if (there === undefined) {
    const note = kind === "foreign key" ? "Rows that break it must be removed first." : null;
    return [
      finding({ ...facts, severity: "error", found: `no such ${kind}`, note, statements: addConstraint(constraint) }),
    ];
  }
  if (there.definition === definition) return [];
  if (there.definition === `${definition} NOT VALID`) {
    return [
      finding({
        ...facts,
        severity: "warning",
        found: "never checked for the rows that were there before it (NOT VALID)",
        statements: [alterTable(table, `validate constraint ${quoteName(name)}`)],
      }),
    ];
  }
  return [
    finding({
      ...facts,
      severity: "error",
      found: there.definition,
      statements: [alterTable(table, `drop constraint ${quoteName(name)}`), ...addConstraint(constraint)],
    }),
  ];
}

function unknownConstraint({ table, name, kind, definition }: CatalogConstraint): Finding {
  return finding({
    severity: "advice",
    topic: kind === "foreign key" ? "foreign key" : "key",
    object: `${name} on ${table}`,
    found: definition,
    expected: `no such ${kind}`,
    note: "Somebody else added it. It can refuse what Tasker writes.",
  });
}
