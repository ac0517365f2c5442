import type { Principal } from "./principal.ts";

/** Longest name of an initiator, in characters. */
const LONGEST = 128;

/** Who is named as the initiator of a task whose request names nobody; undefined: nobody is known. */
export function initiatorOf({ kind, name }: Principal): string | undefined {
  return kind === "anonymous" || name === "" ? undefined : name.slice(0, LONGEST).toWellFormed();
}
