/** Values of the labels of one series. */
export type LabelsOf<Name extends string> = Readonly<Record<Name, string>>;

/** Value of every label of the one series that takes what has no room. */
export const OTHER = "other";

/**
 * The label sets that a metric has had so far, at most a number: what comes beyond them counts under `other`, in every label.
 * Whatever names tasks and steps get, a metric has a bounded number of series.
 */
export class LabelSets<Name extends string> {
  readonly #names: readonly Name[];
  readonly #most: number;
  readonly #known = new Map<string, LabelsOf<Name>>();
  readonly #onOverflow: () => void;
  readonly #other: Record<string, string>;

  /** @param onOverflow called each time that a label set finds no room */
  constructor(names: readonly Name[], most: number, onOverflow: () => void) {
    this.#names = names;
    this.#most = most;
    this.#onOverflow = onOverflow;
    this.#other = Object.fromEntries(names.map((name) => [name, OTHER]));
  }

  /** Number of label sets in use, without `other`. */
  get size(): number {
    return this.#known.size;
  }

  /** The labels under which to count: these, or `other`. */
  admit(labels: LabelsOf<Name>): Record<string, string> {
    let key = "";
    for (const name of this.#names) key += `${labels[name]}\0`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size < this.#most) {
      const kept = Object.freeze({ ...labels });
      this.#known.set(key, kept);
      return kept;
    }
    this.#onOverflow();
    return this.#other;
  }

  /** Forgets all label sets. */
  clear(): void {
    this.#known.clear();
  }
}
