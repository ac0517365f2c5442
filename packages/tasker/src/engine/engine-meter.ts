import type { FailureKind } from "../database/failure-kind.ts";

/** One commit of a batch. */
export interface CommitFigures {
  /** Moves of steps that it held: outcomes, starts and closings. */
  readonly steps: number;
  /** Tasks that it touched. */
  readonly tasks: number;
  /** Tasks of which it was refused. */
  readonly refused: number;
  /** From the call of the database to its answer, in milliseconds. */
  readonly ms: number;
}

/**
 * Counts what an engine does and no event tells. Called inline: it returns at once and throws nothing. An engine without one
 * takes no time for it.
 */
export interface EngineMeter {
  /** A batch was written. */
  committed(figures: CommitFigures): void;
  /** A batch could not be written; it is written again, or in parts, or given up. */
  commitFailed(kind: FailureKind): void;
  /**
   * The database was asked for tasks to run.
   * @param tasks claimed; 0 if there were none
   * @param ms from the call of the database to its answer
   */
  claimed(tasks: number, ms: number): void;
  /** Tasks of processes that are gone were given back, to be claimed by anybody. */
  tookOver(tasks: number): void;
  /** The lease could have ended: nothing starts and nothing is written until it is renewed. */
  fenced(): void;
  /** Another process has declared this one dead; it starts over. */
  declaredDead(): void;
}
