import { shownValue } from "../config/options/shown-value.ts";
import { KNOWN_KEY, type PlacedViolation, violationSentence } from "../config/violation.ts";
import { ConfigurationError } from "../errors/index.ts";
import type { Origin } from "./origin.ts";

/** One thing that is wrong with what a source says. */
export interface SourceViolation {
  /** A file, a variable, `database` or `code`. */
  readonly source: string;
  /** Line of the file, from 1. */
  readonly line?: number;
  /** Such as `cache.default_ttl`; empty if it is about the whole. */
  readonly path: string;
  /** What was found; `[secret]` for an option that is secret. */
  readonly value: unknown;
  readonly expected: string;
  readonly hint?: string;
}

/** A violation with the place where it was written. */
export function violationAt(
  { source, line }: Origin,
  { option, value, expected, hint }: Omit<PlacedViolation, "place">,
) {
  return {
    source,
    ...(line === undefined ? {} : { line }),
    path: option,
    value: shownValue(option, value, expected !== KNOWN_KEY),
    expected,
    ...(hint === undefined ? {} : { hint }),
  } satisfies SourceViolation;
}

/** A line for a violation: where it was written, what is there, what would be right. */
export function violationLine({ source, line, path, value, expected, hint }: SourceViolation): string {
  const where = line === undefined ? source : `${source}:${line}`;
  if (path === "" && value === undefined) return `${where}: ${expected}${hint === undefined ? "" : ` (${hint})`}`;
  return `${where}: ${violationSentence({ option: path || "the file", value, expected, ...(hint === undefined ? {} : { hint }) })}`;
}

/** Violations in the order of their sources and lines, each once. */
export function inOrder(violations: readonly SourceViolation[]): SourceViolation[] {
  const sources = [...new Set(violations.map(({ source }) => source))];
  const sorted = violations.toSorted(
    (a, b) => sources.indexOf(a.source) - sources.indexOf(b.source) || (a.line ?? 0) - (b.line ?? 0),
  );
  return [...new Map(sorted.map((violation) => [violationLine(violation), violation])).values()];
}

/** The error that lists violations, a line each. */
export function refusal(violations: readonly SourceViolation[]): ConfigurationError {
  const [first] = violations;
  return new ConfigurationError(violations.map(violationLine).join("\n"), {
    context: { option: first?.path, value: first?.value, expected: first?.expected, violations },
  });
}
