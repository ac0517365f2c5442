import type { CancelTimer } from "../clock/clock.ts";
import { int8 } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { TaskTemplate } from "../handlers/task-template.ts";
import { claimTasks, findKinds } from "./claim-tasks.ts";
import type { Runtime } from "./runtime.ts";

/** The live tasks that a process owns. */
export const listOwned = statement({
  name: "list_owned",
  text: "select task_id from tasker_task_runs where owner_id = $1 and wake_at is not null",
  parameters: [int8],
  columns: { task_id: int8 },
});

/** Most tasks claimed at a time. */
const CLAIM_LIMIT = 200;
/** Looks after which kinds that the database did not know are asked for again. */
const LOOKS_BETWEEN_KINDS = 10;

/** Looks for tasks that nobody owns and whose templates are registered here. */
export class Claimer {
  readonly #runtime: Runtime;
  readonly #registry: HandlerRegistry;
  readonly #maxTasks: number;
  #kinds: readonly number[] = [];
  #knownTemplates: readonly TaskTemplate[] | null = null;
  #looksSinceKinds = 0;
  #uncertain = false;
  #running = false;
  #look: Promise<void> = Promise.resolve();
  #cancel: CancelTimer = () => {};

  constructor(runtime: Runtime, registry: HandlerRegistry, maxTasks: number) {
    this.#runtime = runtime;
    this.#registry = registry;
    this.#maxTasks = maxTasks;
  }

  start(): void {
    this.#running = true;
    this.#lookSoon(0);
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.#cancel();
    await this.#look;
  }

  /** A submit may have made kinds that the database did not know. */
  noticeSubmit(): void {
    this.#looksSinceKinds = LOOKS_BETWEEN_KINDS;
  }

  /** A write of which the result is not known may have given this process tasks that it does not know of. */
  noticeUncertainty(): void {
    this.#uncertain = true;
  }

  #lookSoon(delayMs: number): void {
    if (!this.#running) return;
    this.#cancel = this.#runtime.clock.after(delayMs, () => {
      this.#look = this.#claim().then((more) => this.#lookSoon(more ? 0 : this.#runtime.pollIntervalMs));
    });
  }

  /** @returns whether there may be more to claim at once */
  async #claim(): Promise<boolean> {
    const runtime = this.#runtime;
    try {
      if (this.#uncertain) await this.#findForgotten();
      const room = Math.min(this.#maxTasks - runtime.taskCount, CLAIM_LIMIT);
      const kinds = await this.#findKinds();
      if (room <= 0 || kinds.length === 0) return false;
      const now = new Date(runtime.clock.now());
      const claimed = await runtime.database.run(claimTasks, [runtime.processId, kinds, room, now]);
      // Read in a statement of its own: it must see what was committed before the claim got its locks.
      await runtime.load(claimed.map((row) => row.task_id));
      return claimed.length === room;
    } catch (error) {
      this.#uncertain = true;
      runtime.log.warn({ err: error }, "looking for work failed, trying again");
      return false;
    }
  }

  async #findForgotten(): Promise<void> {
    const { database, processId } = this.#runtime;
    this.#uncertain = false;
    const rows = await database.run(listOwned, [processId]);
    await this.#runtime.load(rows.map((row) => row.task_id));
  }

  async #findKinds(): Promise<readonly number[]> {
    const templates = this.#registry.list();
    this.#looksSinceKinds += 1;
    const known = this.#knownTemplates;
    const same = known?.length === templates.length && templates.every((template, place) => template === known[place]);
    if (same && (this.#kinds.length === templates.length || this.#looksSinceKinds < LOOKS_BETWEEN_KINDS)) {
      return this.#kinds;
    }
    this.#looksSinceKinds = 0;
    this.#knownTemplates = templates;
    const rows = await this.#runtime.database.run(findKinds, [
      templates.map(({ definition }) => definition.namespace),
      templates.map(({ definition }) => definition.name),
      templates.map(({ definition }) => definition.version),
    ]);
    this.#kinds = rows.map((row) => row.named_task_id);
    return this.#kinds;
  }
}
