import { quoteName } from "../quote-name.ts";
import { type Finding, finding } from "./finding.ts";
import { due, type SchemaComparison } from "./schema-comparison.ts";
import { createView } from "./write-definition.ts";

/** Views that are missing, have other columns, or another query than this release's. */
export function compareViews(comparison: SchemaComparison): Finding[] {
  const found = new Map(comparison.found.views.map((view) => [view.name, view]));
  return due(comparison.expected.views, comparison).flatMap((view) => {
    const there = found.get(view.name);
    const facts = { severity: "error", topic: "view", object: view.name } as const;
    const columns = view.columns.join(", ");
    if (there === undefined) {
      return [
        finding({
          ...facts,
          found: "no such view",
          expected: `a view with ${columns}`,
          statements: [createView(view)],
        }),
      ];
    }
    if (there.columns.join() !== view.columns.join()) {
      const statements = [`drop view ${quoteName(view.name)};`, createView(view)];
      return [finding({ ...facts, found: there.columns.join(", "), expected: columns, statements })];
    }
    if (there.definition.join("\n") === view.definition.join("\n")) return [];
    return [
      finding({
        ...facts,
        severity: comparison.madeByRails ? "advice" : "error",
        found: comparison.madeByRails ? "the Rails engine's query" : "another query",
        expected: "this release's query",
        note: comparison.madeByRails
          ? "Same columns and answers; this release's does not walk every path, so it stays fast on branched graphs."
          : null,
        statements: [createView(view)],
      }),
    ];
  });
}
