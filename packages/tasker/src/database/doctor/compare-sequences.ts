import { quoteName } from "../quote-name.ts";
import { type Finding, finding } from "./finding.ts";
import type { CatalogSequence } from "./schema-catalog.ts";
import { due, type SchemaComparison, sharedTables } from "./schema-comparison.ts";
import { continueSequence, createSequence, ownSequence } from "./write-definition.ts";

/** Sequences that are missing, count differently, or do not go with their column. */
export function compareSequences(comparison: SchemaComparison): Finding[] {
  const shared = sharedTables(comparison);
  const found = new Map(comparison.found.sequences.map((sequence) => [sequence.name, sequence]));
  return due(comparison.expected.sequences, comparison)
    .filter(({ owner, ofIdentity }) => !ofIdentity && (owner === null || shared.has(tableOf(owner))))
    .flatMap((sequence) => compareSequence(sequence, found.get(sequence.name)));
}

function compareSequence(sequence: CatalogSequence, there: CatalogSequence | undefined): Finding[] {
  const { name, owner } = sequence;
  const facts = { severity: "error", topic: "sequence", object: name, expected: describe(sequence) } as const;
  if (there === undefined) {
    const [table = "", column = ""] = owner?.split(".") ?? [];
    return [
      finding({
        ...facts,
        found: "no such sequence",
        note: owner === null ? "It begins anew: set it beyond the numbers that were given out." : null,
        statements: [
          createSequence(sequence),
          ...(owner === null ? [] : [ownSequence(sequence), continueSequence(name, table, column)]),
        ],
      }),
    ];
  }
  if (describe(there) === describe(sequence)) return [];
  return [
    finding({
      ...facts,
      severity: there.type === sequence.type && there.options === sequence.options ? "warning" : "error",
      found: describe(there),
      statements: [
        ...(there.type === sequence.type && there.options === sequence.options ? [] : [alterSequence(sequence)]),
        ...(there.owner === owner ? [] : [ownSequence(sequence)]),
      ],
    }),
  ];
}

function alterSequence({ name, type, options }: CatalogSequence): string {
  const cycle = options.endsWith(" cycle") ? "" : " no cycle";
  return `alter sequence ${quoteName(name)} as ${type} ${options}${cycle};`;
}

function describe({ type, options, owner }: CatalogSequence): string {
  return `${type} ${options}${owner === null ? "" : `, owned by ${owner}`}`;
}

function tableOf(owner: string): string {
  return owner.split(".")[0] ?? "";
}
