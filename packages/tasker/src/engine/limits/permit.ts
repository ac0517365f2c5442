import type { JsonObject } from "../../json/json-value.ts";
import type { ReadyStep } from "../ready-figures.ts";
import type { LaneSlots } from "../slots.ts";

/** What a step under limits got before it starts: its permits, which are rows in the name of a process. */
export interface Permit {
  readonly processId: number;
  readonly permitNo: number;
  /** Limiters that count it until it is given back. */
  readonly limiters: readonly string[];
  /**
   * Goes into the metadata of the step's start: the limiters, how many may run under each (null: any number), and how many
   * seconds it waited for them.
   */
  readonly facts: JsonObject;
}

/** A step that got its permits, and a slot with them. */
export interface AdmittedStep extends ReadyStep {
  readonly permit: Permit;
  /** Where its slot is to be given back; null: a worker runs it, which takes none here. */
  readonly slots: LaneSlots | null;
  /** The id that its attempt will have, if a worker runs it; else null. */
  readonly executionId: string | null;
}

/** A step that waits for its permits. */
export interface PermitWaiter extends ReadyStep {
  /** The id that its attempt will have, if a worker runs it: it waits for no slot. Else null. */
  readonly executionId: string | null;
  /** Called once it has its permits. */
  admit(step: AdmittedStep): void;
}
