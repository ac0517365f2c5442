/** Something that must not be after a run. */
export interface Violation {
  /** What was promised. */
  readonly promise: string;
  /** What was found instead, with everything that names it: ids, states, files. */
  readonly found: string;
}
