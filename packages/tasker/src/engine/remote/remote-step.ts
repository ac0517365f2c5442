import type { Permit } from "../limits/permit.ts";
import type { ReadyStep } from "../ready-figures.ts";

/** A ready step that workers run. */
export interface RemoteStep extends ReadyStep {
  /** The id that its attempt will have. */
  readonly executionId: string;
  /** What it holds under its limits from now on; null: it has none. */
  readonly permit: Permit | null;
}
