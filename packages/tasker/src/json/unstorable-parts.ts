import type { RequestViolation } from "../errors/index.ts";
import { textDefect } from "../text/text-defect.ts";

/** Most levels of lists and objects in each other, as of everything that is stored: whoever reads it has stack for that. */
const MOST_LEVELS = 500;
/** Most violations that are told of. */
const MOST_TOLD = 10;
/** Longest text of a value or a path that is shown, in characters. */
const LONGEST_SHOWN = 100;

/**
 * What the database has no way to hold, or to compare with, in a part of a request: texts with U+0000 or half of a surrogate pair,
 * and lists and objects in each other beyond {@link MOST_LEVELS}.
 * @param part of the request: `body`, `query`, `params`, `variables`
 * @param isStoredText whether the text at a path is looked at. Default: each is
 */
export function unstorableParts(
  part: string,
  value: unknown,
  isStoredText: (path: string) => boolean = () => true,
): RequestViolation[] {
  const found: RequestViolation[] = [];
  const tell = (path: string, violation: Omit<RequestViolation, "path">) => {
    found.push({ path: path.length > LONGEST_SHOWN ? `${path.slice(0, LONGEST_SHOWN)}...` : path, ...violation });
  };
  const look = (path: string, level: number, member: unknown): void => {
    if (found.length >= MOST_TOLD) return;
    if (typeof member === "string") {
      const defect = isStoredText(path) ? textDefect(member) : null;
      if (defect !== null) tell(path, { value: member.slice(0, LONGEST_SHOWN), expected: `a text without ${defect}` });
    } else if (typeof member === "object" && member !== null) {
      if (level > MOST_LEVELS) tell(path, { value: "...", expected: `at most ${MOST_LEVELS} levels in each other` });
      else for (const [key, inner] of Object.entries(member)) look(`${path}.${key}`, level + 1, inner);
    }
  };
  look(part, 1, value);
  return found;
}
