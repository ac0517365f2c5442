import type { Connection } from "../../database/database.ts";
import type { RowOf } from "../../database/statement.ts";
import { findWorker } from "./worker-statements.ts";

/** Workers that are remembered, at most: one that is forgotten is read again. */
const MOST_KNOWN = 10_000;

/** What a worker has registered with. */
type Registration = RowOf<typeof findWorker.columns>;

/** Who calls for a worker. */
export interface WorkerCaller {
  /** To others than who registered it a worker is not known. */
  readonly principal: string;
  /** In which it may take and report steps; null: in all. */
  readonly namespaces: readonly string[] | null;
}

/** What workers have registered with. It does not change: whether one still is registered is found by what it calls. */
export class Registrations {
  readonly #database: Connection;
  readonly #known = new Map<number, Registration>();

  constructor(database: Connection) {
    this.#database = database;
  }

  /** @param caller null: this program itself. @returns null if the caller has no such worker */
  async find(workerId: number, caller: WorkerCaller | null): Promise<Registration | null> {
    const found = await this.#read(workerId);
    const isTheirs = caller === null || found?.principal === null || found?.principal === caller.principal;
    return isTheirs ? found : null;
  }

  async #read(workerId: number): Promise<Registration | null> {
    const known = this.#known.get(workerId);
    if (known !== undefined) return known;
    const [found] = await this.#database.run(findWorker, [workerId]);
    if (found === undefined) return null;
    const oldest = this.#known.keys().next();
    if (this.#known.size >= MOST_KNOWN && oldest.done !== true) this.#known.delete(oldest.value);
    this.#known.set(workerId, found);
    return found;
  }
}
