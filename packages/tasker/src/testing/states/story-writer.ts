import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Connection } from "../../database/database.ts";
import { int4, int8, nullable, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { DefinitionCache } from "../../engine/compiled-definition.ts";
import { DefinitionNaming } from "../../engine/name-definition.ts";
import type { Writer } from "../../engine/step-move.ts";
import type { JsonObject } from "../../json/json-value.ts";
import { VERSION } from "../../version.ts";
import { type EncodedStories, encodeStories, type NamedStory, type RowStyle } from "./encode-stories.ts";
import type { TaskStory } from "./task-story.ts";
import { writeTasks } from "./write-tasks-statement.ts";

/** Registers a process that has left already, in whose name stories are written, and draws its epoch. */
export const registerWriter = statement({
  name: "testing_register_writer",
  text: `
    insert into tasker_processes
      (host, pid, engine_version, started_at, heartbeat_at, lease_ms, expires_at, progress_at, stopped_at, released_at)
    select $1, $2, $3, t, t, 1, t, t, t, t from (select clock_timestamp() at time zone 'UTC' as t) now
    returning process_id, nextval('tasker_epochs') as epoch`,
  parameters: [varchar, int4, varchar],
  columns: { process_id: int8, epoch: nullable(int8) },
});

/** A task that is to be written: which story it has, when it was created, with which context. */
export interface StoryTask {
  /** Place of its story. */
  readonly story: number;
  readonly createdAt: Date;
  readonly context: JsonObject;
}

/** A task that was written. */
export interface WrittenStory {
  readonly taskId: number;
  /** In the order of the definition's steps. */
  readonly stepIds: readonly number[];
}

/** The planner knows nothing of the sizes of JSON parameters, and would take nested loops that cost their square. */
const PLANNER =
  "set local enable_nestloop = off; set local enable_mergejoin = off; set local work_mem = '64MB'; set local jit = off";

/** Registers the process in whose name stories are told and written. */
export async function openStoryWriter(connection: Connection): Promise<Writer> {
  const [row] = await connection.run(registerWriter, [hostname().slice(0, 255), process.pid, VERSION.slice(0, 32)]);
  return { writer: row?.process_id ?? 0, epoch: row?.epoch ?? 0 };
}

/** Writes tasks by their stories, set by set. */
export class StoryWriter {
  readonly #writer: Writer;
  readonly #style: RowStyle;
  readonly #encoded: EncodedStories;

  private constructor(writer: Writer, style: RowStyle, encoded: EncodedStories) {
    this.#writer = writer;
    this.#style = style;
    this.#encoded = encoded;
  }

  /** Makes the rows that name the definitions of the stories, where they are missing. */
  static async open(
    connection: Connection,
    stories: readonly TaskStory[],
    options: { readonly writer: Writer; readonly style: RowStyle; readonly now: Date },
  ): Promise<StoryWriter> {
    const cache = new DefinitionCache();
    const naming = new DefinitionNaming();
    const named: NamedStory[] = [];
    for (const story of stories) {
      const compiled = cache.compile(story.definition);
      named.push({ story, hash: compiled.hash, names: await naming.find(connection, compiled, options.now, true) });
    }
    return new StoryWriter(options.writer, options.style, encodeStories(named, options.style));
  }

  /** Writes tasks in one statement; `transaction` must be one, for its planner settings are changed. */
  async write(transaction: Connection, tasks: readonly StoryTask[]): Promise<WrittenStory[]> {
    await transaction.execute(PLANNER);
    const { stories, steps, edges, rows } = this.#encoded;
    const isOurs = this.#style === "engine";
    const items = tasks.map(({ story, createdAt, context }) => ({
      a: story,
      at: createdAt.toISOString(),
      c: context,
      i: randomUUID(),
      by: "tasker/testing",
      corr: randomUUID(),
    }));
    const written = await transaction.run(writeTasks, [
      stories,
      steps,
      edges,
      rows,
      JSON.stringify(items),
      this.#writer.writer,
      this.#writer.epoch,
      isOurs,
      !isOurs,
    ]);
    return written.map((row) => ({ taskId: row.task_id ?? 0, stepIds: row.step_ids ?? [] }));
  }
}
