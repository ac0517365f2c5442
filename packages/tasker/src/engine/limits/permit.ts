import type { JsonObject } from "../../json/json-value.ts";
import type { ReadyStep } from "../ready-figures.ts";
import type { LaneSlots } from "../slots.ts";
import type { StepRun } from "../step-run.ts";
import type { TaskRun } from "../task-run.ts";

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
export interface AdmittedStep {
  readonly run: TaskRun;
  readonly step: StepRun;
  readonly permit: Permit;
  /** Where its slot is to be given back. */
  readonly slots: LaneSlots;
}

/** A step that waits for its permits. */
export interface PermitWaiter extends ReadyStep {
  /** Called once it has its permits. */
  admit(step: AdmittedStep): void;
}
