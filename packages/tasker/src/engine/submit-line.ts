import { failureKindOf } from "../database/failure-kind.ts";

/** Most tasks that are written together, and most characters of their contexts. */
const MOST_TASKS = 500;
const MOST_CHARACTERS = 4_000_000;

/** What waits to be written. */
interface Waiting<Item, Row> {
  readonly item: Item;
  readonly size: number;
  readonly resolve: (row: Row) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes what callers bring one by one, together where they come at the same time: what comes while a group is being written is the
 * next one. Whoever comes alone waits for nothing.
 */
export class SubmitLine<Item, Row> {
  readonly #write: (items: readonly Item[]) => Promise<readonly Row[]>;
  #waiting: Waiting<Item, Row>[] = [];
  #isWriting = false;

  /** @param write writes all of them or none, and gives a row for each */
  constructor(write: (items: readonly Item[]) => Promise<readonly Row[]>) {
    this.#write = write;
  }

  /**
   * Has something written.
   * @param size in characters
   * @throws what writing it threw
   */
  add(item: Item, size: number): Promise<Row> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, size, resolve, reject });
      if (!this.#isWriting) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) await this.#writeGroup(this.#takeGroup());
    this.#isWriting = false;
  }

  #takeGroup(): readonly Waiting<Item, Row>[] {
    let characters = 0;
    const end = this.#waiting.findIndex(({ size }, place) => {
      characters += size;
      return place > 0 && (place === MOST_TASKS || characters > MOST_CHARACTERS);
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  async #writeGroup(group: readonly Waiting<Item, Row>[]): Promise<void> {
    try {
      const rows = await this.#write(group.map(({ item }) => item));
      for (const [place, { resolve, reject }] of group.entries()) {
        const row = rows[place];
        if (row === undefined) reject(new RangeError("a task was written that no row tells of"));
        else resolve(row);
      }
    } catch (error) {
      // None of them may suffer from what is wrong with another one.
      if (group.length > 1 && isOfTheValues(error)) for (const one of group) await this.#writeGroup([one]);
      else for (const { reject } of group) reject(error);
    }
  }
}

function isOfTheValues(error: unknown): boolean {
  const kind = failureKindOf(error);
  return kind === "data" || kind === "busy";
}
