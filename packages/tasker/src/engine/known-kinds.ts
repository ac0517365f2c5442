import type { Connection } from "../database/database.ts";
import { array, int4, int8, text } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";

/** The ids of named tasks by namespace, name and version: three arrays of one length. `place` counts from 0. */
export const findKinds = statement({
  name: "find_kinds",
  text: `
    select (k.place - 1)::int4 as place, n.task_namespace_id, t.named_task_id
    from unnest($1::text[], $2::text[], $3::text[]) with ordinality as k(namespace, name, version, place)
    join tasker_task_namespaces n on n.name = k.namespace
    join tasker_named_tasks t on t.task_namespace_id = n.task_namespace_id and t.name = k.name and t.version = k.version`,
  parameters: [array(text), array(text), array(text)],
  columns: { place: int4, task_namespace_id: int4, named_task_id: int4 },
});

/** Tells others which named tasks a process claims. */
export const announceKinds = statement({
  name: "announce_kinds",
  text: "update tasker_processes set kinds = $2 where process_id = $1",
  parameters: [int8, array(int4)],
  columns: {},
});

/** Looks after which kinds that the database did not know are asked for again. */
const LOOKS_BETWEEN_KINDS = 10;
/** Looks in which they are asked for each time after a submit in a transaction of the caller's: it may commit at any time. */
const LOOKS_AFTER_TRANSACTION = 20;

/** A registered template with its ids in the database. */
export interface Kind {
  readonly template: TaskTemplate;
  readonly namespaceId: number;
  readonly namedTaskId: number;
}

/** The registered templates that the database knows. */
export class KnownKinds {
  readonly #connection: Connection;
  readonly #registry: HandlerRegistry;
  #kinds: readonly Kind[] = [];
  #templates: readonly TaskTemplate[] | null = null;
  #looks = 0;
  #eagerLooks = 0;
  #announced: { readonly processId: number; readonly kinds: readonly Kind[] } | null = null;

  constructor(connection: Connection, registry: HandlerRegistry) {
    this.#connection = connection;
    this.#registry = registry;
  }

  /** A submit may have made kinds that the database did not know, or will have once its transaction is committed. */
  noticeSubmit(isCommitted: boolean): void {
    this.#eagerLooks = Math.max(this.#eagerLooks, isCommitted ? 1 : LOOKS_AFTER_TRANSACTION);
  }

  /** The same array as before while nothing has changed. */
  async find(): Promise<readonly Kind[]> {
    const templates = this.#registry.list();
    this.#looks += 1;
    const isEager = this.#eagerLooks > 0;
    if (isEager) this.#eagerLooks -= 1;
    const known = this.#templates;
    const same = known?.length === templates.length && templates.every((template, place) => template === known[place]);
    if (same && (this.#kinds.length === templates.length || (!isEager && this.#looks < LOOKS_BETWEEN_KINDS)))
      return this.#kinds;
    const rows = await this.#connection.run(findKinds, [
      templates.map(({ definition }) => definition.namespace),
      templates.map(({ definition }) => definition.name),
      templates.map(({ definition }) => definition.version),
    ]);
    this.#looks = 0;
    this.#templates = templates;
    if (same && rows.length === this.#kinds.length) return this.#kinds;
    this.#kinds = rows.flatMap((row) => {
      const template = templates[row.place];
      if (template === undefined) return [];
      return [{ template, namespaceId: row.task_namespace_id, namedTaskId: row.named_task_id }];
    });
    return this.#kinds;
  }

  /** Tells others what this process claims, unless they know it: it shows them of which tasks nobody takes care. */
  async announce(processId: number): Promise<void> {
    const kinds = this.#kinds;
    if (this.#announced?.processId === processId && this.#announced.kinds === kinds) return;
    await this.#connection.run(announceKinds, [processId, kinds.map(({ namedTaskId }) => namedTaskId)]);
    this.#announced = { processId, kinds };
  }
}
