import type { Connection } from "../database.ts";
import type { ArchiveQuery } from "./archive-query.ts";

/** Tasks whose lines are read with one statement. */
const CHUNK_SIZE = 20;

/** Characters of lines that a batch holds in memory, more or less. */
const MOST_CHARACTERS = 16 * 1024 * 1024;

/** The lines of a batch. */
export interface BatchLines {
  readonly lines: readonly string[];
  /** Tasks of `lines`, in the same order. */
  readonly taskIds: readonly number[];
  /** Too long for a line. */
  readonly oversized: readonly number[];
  /** Not read, because the lines before them are long. */
  readonly rest: readonly number[];
}

/** Reads the lines of as many tasks as one batch may hold in memory, at least of one chunk. */
export async function readLines(
  connection: Connection,
  query: ArchiveQuery,
  taskIds: readonly number[],
  mostCharacters = MOST_CHARACTERS,
): Promise<BatchLines> {
  const lines: string[] = [];
  const read: number[] = [];
  const oversized: number[] = [];
  let characters = 0;
  let place = 0;
  for (; place < taskIds.length && characters < mostCharacters; place += CHUNK_SIZE) {
    const chunk = taskIds.slice(place, place + CHUNK_SIZE);
    const found = await query.read(connection, chunk);
    for (const taskId of chunk) {
      const line = found.get(taskId) ?? null;
      if (line === null) {
        oversized.push(taskId);
      } else {
        lines.push(line);
        read.push(taskId);
        characters += line.length;
      }
    }
  }
  return { lines, taskIds: read, oversized, rest: taskIds.slice(place) };
}
