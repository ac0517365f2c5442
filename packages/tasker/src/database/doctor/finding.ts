/** An error breaks or falsifies something; a warning will, or may; advice costs space or speed, or is good to know. */
export const SEVERITIES = ["error", "warning", "advice"] as const;
/** How bad a finding is. */
export type Severity = (typeof SEVERITIES)[number];

/** What a finding is about; also the order in which statements are run, because later ones build on earlier ones. */
export const TOPICS = [
  "table",
  "sequence",
  "column",
  "key",
  "foreign key",
  "index",
  "view",
  "function",
  "trigger",
  "migration",
  "redundant index",
  "settings",
  "storage",
  "examination",
] as const;
/** Kind of object that a finding is about. */
export type Topic = (typeof TOPICS)[number];

/** One thing that is not as it should be. */
export interface Finding {
  readonly severity: Severity;
  readonly topic: Topic;
  /** What it is about, such as `tasker_tasks.context`. */
  readonly object: string;
  /** What is there. */
  readonly found: string;
  /** What should be there. */
  readonly expected: string;
  /** What follows from it, or what to know before mending it; null: nothing. */
  readonly note: string | null;
  /** SQL that mends it, to be run one by one and outside of a transaction; empty: SQL cannot, or somebody must decide. */
  readonly statements: readonly string[];
  /** Command line that mends it; null: none does. */
  readonly command: string | null;
  /** Size of what mending gives back; null where that is not the point. */
  readonly bytes: number | null;
}

/** What a finding says at least; the rest is nothing. */
export type FindingFacts = Omit<Finding, "note" | "statements" | "command" | "bytes"> & Partial<Finding>;

/** Completes a finding. */
export function finding(facts: FindingFacts): Finding {
  return { note: null, statements: [], command: null, bytes: null, ...facts };
}

/** Findings with the most severe first, and among these in the order in which their statements must be run. */
export function sortFindings(findings: readonly Finding[]): Finding[] {
  const rank = (one: Finding) => SEVERITIES.indexOf(one.severity) * TOPICS.length + TOPICS.indexOf(one.topic);
  return [...findings].sort((a, b) => rank(a) - rank(b));
}
