/** At most `count` starts in any span of `perSeconds` seconds. */
export interface Rate {
  /** 1 to 100,000. */
  readonly count: number;
  /** More than 0, at most a year. */
  readonly perSeconds: number;
}

/** How many steps may run at the same time, and how many may start within a time. */
export interface Limit {
  /** Path into the context, such as `customer.id`: the limit is one for each value. Null: one for all. */
  readonly key: string | null;
  /** 1 to 100,000. Null: any number. */
  readonly concurrency: number | null;
  /** Null: any. */
  readonly rate: Rate | null;
}

/** A limit of what has a name: a handler, or an external system. */
export interface NamedLimit extends Limit {
  readonly name: string;
}

/** A limit that a step declares. */
export interface StepLimit extends Limit {
  /** Shared by all steps of the namespace that name it. Null: the step's own. */
  readonly name: string | null;
}
