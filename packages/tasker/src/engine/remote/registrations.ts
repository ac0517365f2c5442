import type { Connection } from "../../database/database.ts";
import type { RowOf } from "../../database/statement.ts";
import { findWorker } from "./worker-statements.ts";

/** Workers that are remembered, at most: one that is forgotten is read again. */
const MOST_KNOWN = 10_000;

/** What a worker has registered with. */
type Registration = RowOf<typeof findWorker.columns>;

/** What workers have registered with. It does not change: whether one still is registered is found by what it asks for. */
export class Registrations {
  readonly #database: Connection;
  readonly #known = new Map<number, Registration>();

  constructor(database: Connection) {
    this.#database = database;
  }

  /** Null: it is not registered. */
  async find(workerId: number): Promise<Registration | null> {
    const known = this.#known.get(workerId);
    if (known !== undefined) return known;
    const [found] = await this.#database.run(findWorker, [workerId]);
    if (found === undefined) return null;
    const oldest = this.#known.keys().next();
    if (this.#known.size >= MOST_KNOWN && oldest.done !== true) this.#known.delete(oldest.value);
    this.#known.set(workerId, found);
    return found;
  }

  /** It is not registered any more. */
  forget(workerId: number): void {
    this.#known.delete(workerId);
  }
}
