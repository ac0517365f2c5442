/** What the value of an option is counted in. */
export type OptionUnit = "seconds" | "milliseconds" | "hours" | "bytes" | "megabytes";

/** What is known of an option beside its shape. */
export interface OptionFacts {
  /** What it does, in one sentence without a point at its end. */
  readonly says: string;
  readonly unit?: OptionUnit;
  /** Whether a change takes effect in a running process. Default: false. */
  readonly dynamic?: true;
  /** Whether its value is shown masked. Default: false. */
  readonly secret?: true;
  /** Whether it is one of ours that the reference does not have. Default: false. */
  readonly own?: true;
  /** The file that reads it, below `packages/tasker/src`. */
  readonly reader?: string;
  /** The test that a change of it changes what happens: file below `packages/tasker/test`, and the test's name. */
  readonly test?: readonly [file: string, name: string];
  /** What is here in its place, for an option that the reference has and nothing here could read: a value is accepted. */
  readonly replacedBy?: string;
}

/** Facts of the options of a section, by their places below it: `prometheus.endpoint`. */
export type SectionFacts = Readonly<Record<string, OptionFacts>>;
