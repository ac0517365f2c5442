/** What keeps a text from being stored in PostgreSQL as `text` or `jsonb`, or null if nothing does. */
export function textDefect(text: string): string | null {
  if (text.includes("\u0000")) return "the character U+0000";
  return text.isWellFormed() ? null : "half of a surrogate pair";
}
