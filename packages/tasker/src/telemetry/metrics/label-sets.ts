/** Values of the labels of one series. */
export type LabelsOf<Name extends string> = Readonly<Record<Name, string>>;

/** Value of every label of the one series that takes what has no room. */
export const OTHER = "other";

/** Makes what is kept of a series; its labels are frozen. @param isOther whether it is the one that takes what has no room */
export type MakeSeries<Series> = (labels: Readonly<Record<string, string>>, isOther: boolean) => Series;

/**
 * The series that a metric has had so far, by their labels, at most a number: what comes beyond them counts under `other`, in every
 * label. Whatever names tasks and steps get, a metric has a bounded number of series.
 */
export class LabelSets<Name extends string, Series> {
  readonly #names: readonly Name[];
  readonly #most: number;
  readonly #known = new Map<string, Series>();
  readonly #onOverflow: () => void;
  readonly #make: MakeSeries<Series>;
  #other: Series | null = null;

  /** @param onOverflow called each time that a label set finds no room */
  constructor(names: readonly Name[], most: number, onOverflow: () => void, make: MakeSeries<Series>) {
    this.#names = names;
    this.#most = most;
    this.#onOverflow = onOverflow;
    this.#make = make;
    // A metric without labels is there before it counts anything.
    if (names.length === 0) this.admit();
  }

  /** Every series, in the order in which they were first counted; `other` at the end. */
  *all(): Generator<Series> {
    yield* this.#known.values();
    if (this.#other !== null) yield this.#other;
  }

  /** The series under which to count: that of these labels, or `other`. @param labels absent: the metric has none */
  admit(labels?: LabelsOf<Name>): Series {
    let key = "";
    let isOther = this.#names.length > 0;
    for (const name of this.#names) {
      const value = labels?.[name];
      key += `${value}\0`;
      isOther &&= value === OTHER;
    }
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (isOther || this.#known.size >= this.#most) {
      if (!isOther) this.#onOverflow();
      this.#other ??= this.#make(Object.freeze(Object.fromEntries(this.#names.map((name) => [name, OTHER]))), true);
      return this.#other;
    }
    const made = this.#make(Object.freeze({ ...labels }), false);
    this.#known.set(key, made);
    return made;
  }

  /** Forgets all series. */
  clear(): void {
    this.#known.clear();
    this.#other = null;
  }
}
