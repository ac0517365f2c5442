import { InvalidRequestError } from "../../errors/index.ts";
import type { TaskerEvent } from "../event.ts";

/**
 * Which events are meant: a name, such as `task.completed`; a glob, in which `*` stands for one part of a name and `**` for any
 * number of characters (`step.*`, `order.**`; a lone `*` means every event); a list of these; or a function of the event.
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
  if (patterns.length === 0 || patterns.includes("")) {
    throw new InvalidRequestError(
      `the events are ${JSON.stringify(pattern)}, expected a name, a pattern or a list of them`,
      {
        context: { field: "pattern", value: pattern, expected: "a name, a pattern or a list of them" },
      },
    );
  }
  const exact = new Set(patterns.filter((text) => !text.includes("*")));
  const globs = patterns.filter((text) => text.includes("*")).map(compileGlob);
  return { matchesName: (name) => exact.has(name) || globs.some((glob) => glob(name)), accepts: null };
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
