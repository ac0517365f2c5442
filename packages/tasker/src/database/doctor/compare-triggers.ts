import { quoteName } from "../quote-name.ts";
import { type Finding, finding } from "./finding.ts";
import type { CatalogTrigger } from "./schema-catalog.ts";
import { due, type SchemaComparison, sharedTables } from "./schema-comparison.ts";

/** Triggers that are missing or differ, and such that somebody else has added to Tasker's tables. */
export function compareTriggers(comparison: SchemaComparison): Finding[] {
  const shared = sharedTables(comparison);
  const ours = due(comparison.expected.triggers, comparison).filter(({ table }) => shared.has(table));
  const theirs = comparison.found.triggers.filter(({ table }) => shared.has(table));
  const same = (a: CatalogTrigger, b: CatalogTrigger) => a.table === b.table && a.name === b.name;
  return [
    ...ours.flatMap((trigger) => {
      const there = theirs.find((one) => same(one, trigger));
      return there?.definition === trigger.definition ? [] : [missingTrigger(trigger, there)];
    }),
    ...theirs.filter((one) => !ours.some((trigger) => same(one, trigger))).map(unknownTrigger),
  ];
}

function missingTrigger(trigger: CatalogTrigger, there: CatalogTrigger | undefined): Finding {
  const { table, name, definition } = trigger;
  return finding({
    severity: "error",
    topic: "trigger",
    object: `${name} on ${table}`,
    found: there?.definition ?? "no such trigger",
    expected: definition,
    statements: [
      ...(there === undefined ? [] : [`drop trigger ${quoteName(name)} on ${quoteName(table)};`]),
      `${definition};`,
    ],
  });
}

function unknownTrigger({ table, name, definition }: CatalogTrigger): Finding {
  return finding({
    severity: "advice",
    topic: "trigger",
    object: `${name} on ${table}`,
    found: definition,
    expected: "no such trigger",
    note: "Somebody else added it. It takes part in what Tasker writes.",
  });
}
