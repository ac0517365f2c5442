import { InvalidRequestError } from "../../errors/index.ts";
import type { TaskerEvent } from "../event.ts";

/**
 * Which events are meant: a name, such as `task.completed`; a glob, in which `*` stands for one part of a name and `**` for any
 * number of characters (`step.*`, `order.**`; a lone `*` means every event); a list of these, in which `!` before one leaves out
 * what it means (`["*", "!workflow.*"]`; a list of such alone leaves them out of every event); or a function of the event.
 */
export type EventPattern = string | readonly string[] | ((event: TaskerEvent) => boolean);

/** A pattern, ready to be asked. */
export interface EventMatcher {
  /** Whether an event of this name may be meant. */
  matchesName(name: string): boolean;
  /** What an event of such a name is asked besides; null: nothing. May throw what the user's function throws. */
  readonly accepts: ((event: TaskerEvent) => boolean) | null;
}

/** @throws InvalidRequestError for an empty list or name */
export function compilePattern(pattern: EventPattern): EventMatcher {
  if (typeof pattern === "function") return { matchesName: () => true, accepts: pattern };
  const patterns = typeof pattern === "string" ? [pattern] : pattern;
  const meant = patterns.filter((text) => !isExclusion(text));
  const leftOut = patterns.filter(isExclusion).map((text) => text.slice(1));
  if (patterns.length === 0 || meant.includes("") || leftOut.includes("")) {
    throw new InvalidRequestError(
      `the events are ${JSON.stringify(pattern)}, expected a name, a pattern or a list of them`,
      {
        context: { field: "pattern", value: pattern, expected: "a name, a pattern or a list of them" },
      },
    );
  }
  const isMeant = meant.length === 0 ? () => true : anyOf(meant);
  if (leftOut.length === 0) return { matchesName: isMeant, accepts: null };
  const isLeftOut = anyOf(leftOut);
  return { matchesName: (name) => isMeant(name) && !isLeftOut(name), accepts: null };
}

/** Whether a member of a list leaves events out: `!` and a name or glob. */
function isExclusion(pattern: string): boolean {
  return pattern.startsWith("!");
}

function anyOf(patterns: readonly string[]): (name: string) => boolean {
  const exact = new Set(patterns.filter((text) => !text.includes("*")));
  const globs = patterns.filter((text) => text.includes("*")).map(compileGlob);
  return (name) => exact.has(name) || globs.some((glob) => glob(name));
}

/** Whether a name fits a glob. */
export function matchesGlob(glob: string, name: string): boolean {
  return compileGlob(glob)(name);
}

function compileGlob(glob: string): (name: string) => boolean {
  if (glob === "*" || glob === "**") return () => true;
  const parts = glob.split(/(\*+)/).map((part) => {
    if (part === "*") return "[^.]+";
    return part.startsWith("*") ? ".+" : part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&");
  });
  const expression = new RegExp(`^${parts.join("")}$`, "s");
  return (name) => expression.test(name);
}
