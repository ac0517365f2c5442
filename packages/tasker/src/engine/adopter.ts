import { jsonb, timestamp, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import { definitionToDocument } from "../templates/definition-document.ts";
import { type AdoptOptions, isAdopted } from "./adopt-options.ts";
import type { Kind } from "./known-kinds.ts";
import type { Runtime } from "./runtime.ts";
import { adoptTasks } from "./shared-database.ts";

/** Stores a definition, unless it is there. */
export const storeDefinition = statement({
  name: "store_definition",
  text: `
    insert into tasker_definitions (definition_hash, namespace, name, version, definition, created_at)
    values ($1, $2, $3, $4, $5, $6) on conflict do nothing`,
  parameters: [varchar, varchar, varchar, varchar, jsonb, timestamp],
  columns: {},
});

/** Task ids that one statement of the backlog covers, and such statements before this process looks after its own work. */
const PAGE_IDS = 10_000;
const PAGES_A_LOOK = 10;

/** Ids above `after` up to `upto`. */
export interface IdSpan {
  readonly after: number;
  readonly upto: number;
}

/**
 * Makes run rows for tasks that others created, as far as they are allowed: for what is new, and page by page for what was
 * there before. They have no owner then, and are claimed like any other.
 */
export class Adopter {
  readonly #runtime: Runtime;
  readonly #options: AdoptOptions;
  readonly #stored = new WeakSet<TaskTemplate>();
  #backlog: IdSpan | null = null;

  constructor(runtime: Runtime, options: AdoptOptions) {
    this.#runtime = runtime;
    this.#options = options;
  }

  /** Looks from the beginning at all tasks with ids up to `upto`. */
  beginBacklog(upto: number): void {
    this.#backlog = { after: 0, upto: Math.max(upto, this.#backlog?.upto ?? 0) };
  }

  /** Looks at some more of the tasks that were there before. @returns how many were adopted, and whether any are left */
  async readBacklog(kinds: readonly Kind[]): Promise<{ readonly adopted: number; readonly more: boolean }> {
    let adopted = 0;
    for (let page = 0; page < PAGES_A_LOOK && this.#backlog !== null; page++) {
      const { after, upto } = this.#backlog;
      const found = await this.#run(kinds, [{ after, upto: Math.min(upto, after + PAGE_IDS) }], true);
      adopted += found.adopted;
      // Where the ids leap, so does this.
      const next = found.nextTaskId ?? upto + 1;
      this.#backlog = next > upto ? null : { after: next - 1, upto };
    }
    return { adopted, more: this.#backlog !== null };
  }

  /** Adopts what is allowed among the tasks with these ids. @returns how many were adopted */
  async adopt(kinds: readonly Kind[], spans: readonly IdSpan[]): Promise<number> {
    if (spans.length === 0) return 0;
    return (await this.#run(kinds, spans, false)).adopted;
  }

  async #run(kinds: readonly Kind[], spans: readonly IdSpan[], isBacklog: boolean) {
    const { database, clock, log } = this.#runtime;
    const allowed = kinds.filter(({ template }) => isAdopted(this.#options, template.definition));
    const now = new Date(clock.now());
    const hashes: string[] = [];
    for (const { template } of allowed) hashes.push(await this.#store(template, now));
    const [row] = await database.run(adoptTasks, [
      now,
      allowed.map(({ namedTaskId }) => namedTaskId),
      allowed.map(({ namespaceId }) => namespaceId),
      hashes,
      this.#options.sourceSystems ?? null,
      this.#options.inProgress ?? false,
      spans.map(({ after }) => after),
      spans.map(({ upto }) => upto),
      isBacklog,
    ]);
    if (row === undefined) throw new RangeError("tasker_adopt gave no row");
    const { adopted, reopened, next_task_id: nextTaskId } = row;
    if (adopted + reopened > 0) log.info({ adopted, reopened }, "took over tasks that others created or opened again");
    return { adopted: adopted + reopened, nextTaskId };
  }

  async #store(template: TaskTemplate, now: Date): Promise<string> {
    const { hash, definition } = this.#runtime.definitions.compile(template.definition);
    if (!this.#stored.has(template)) {
      const { namespace, name, version } = definition;
      const document = JSON.stringify(definitionToDocument(definition));
      await this.#runtime.database.run(storeDefinition, [hash, namespace, name, version, document, now]);
      this.#stored.add(template);
    }
    return hash;
  }
}
