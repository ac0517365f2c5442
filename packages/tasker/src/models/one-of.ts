import { type RawBuilder, sql } from "kysely";

/** The right side of a comparison with one text or with any text of a list; an empty list equals nothing. */
export function oneOf(texts: string | readonly string[]): RawBuilder<string> {
  return sql<string>`any (${[texts].flat()}::varchar[])`;
}
