import type { Database } from "../../database/database.ts";
import type { CircuitBoard } from "../../handlers/circuits/circuit-board.ts";
import type { Agenda } from "../agenda/agenda.ts";
import type { Asker } from "../ask-until-answered.ts";
import type { EventRules } from "../execution.ts";
import type { Executions } from "../executions.ts";
import type { PermitDesk } from "../limits/permit-desk.ts";
import type { Hints } from "../membership/hints.ts";
import type { ReadyStep } from "../ready-figures.ts";
import type { Slots } from "../slots.ts";
import type { TaskKind } from "../strategies/settings-by-task.ts";
import type { TaskRun } from "../task-run.ts";

/** What a desk needs of the engine around it. */
export interface OfferDeskHost extends Asker {
  readonly database: Database;
  readonly hints: Hints;
  readonly slots: Slots;
  defaultTimeoutSecondsOf(task: TaskKind): number | null;
  readonly pollIntervalMs: number;
  readonly leaseMs: number;
  readonly processId: number;
  readonly maxValueBytes: number;
  readonly eventDeclarations: EventRules["eventDeclarations"];
  /** False once the engine is stopping: nothing new starts. */
  readonly starting: boolean;
  /** Where executions get their ids. */
  readonly executions: Pick<Executions, "nextId">;
  readonly permits: Pick<PermitDesk, "giveBack">;
  readonly circuits: Pick<CircuitBoard, "leaveAs">;
  agendaOf(run: TaskRun): Agenda;
}

/** Where ready steps wait for a slot of this process. */
export interface OfferingLine {
  /** Whether steps wait there for which there is no slot. */
  readonly isOverfull: boolean;
  /** Ranks of the steps that others may run, so many at most, those whose turn is first. */
  ranksForOthers(most: number): readonly number[];
  /** Takes out up to so many steps that others may run, those whose turn is first. */
  takeForOthers(most: number): readonly ReadyStep[];
  /** Takes steps back, before the others of their rank. */
  putBack(steps: readonly ReadyStep[]): void;
}
