import type { Clock } from "../clock/clock.ts";
import type { Database } from "../database/database.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { HandlerResources } from "../handlers/resources.ts";
import type { Batch } from "./batch.ts";
import type { ChildSubmits } from "./child-submits.ts";
import type { RetryRules } from "./decide-step.ts";
import type { EngineMeter } from "./engine-meter.ts";
import type { Executions } from "./executions.ts";
import type { PermitDesk } from "./limits/permit-desk.ts";
import type { LiveTasks } from "./live-tasks.ts";
import type { Fence } from "./membership/fence.ts";
import type { VitalSigns } from "./membership/vital-signs.ts";
import type { Log } from "./options.ts";
import type { Protection } from "./protection/protection.ts";
import type { OfferDesk } from "./sharing/offer-desk.ts";
import type { Slots } from "./slots.ts";
import type { Writer } from "./step-move.ts";
import type { TaskKind } from "./strategies/settings-by-task.ts";
import type { Strategies } from "./strategies/strategies.ts";
import type { TaskLoader } from "./task-loader.ts";
import type { TaskRun } from "./task-run.ts";

/** What a lane needs of the engine around it. */
export interface LaneHost {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** The rules that decide over failed attempts of a task's steps. */
  rulesFor(task: TaskKind): RetryRules;
  /** Counts commits; null: nobody wants to know. */
  readonly meter: EngineMeter | null;
  readonly events: EventBus;
  readonly protection: Protection;
  readonly slots: Slots;
  readonly resources: HandlerResources;
  /** Where steps that run under limits wait. */
  readonly permits: PermitDesk;
  /** What other processes run of this one's steps. */
  readonly offers: OfferDesk;
  /** Most steps in one batch. */
  readonly maxBatch: number;
  readonly strategies: Strategies;
  /** Id of this process in the database. */
  readonly processId: number;
  /** False once the engine is stopping. */
  readonly starting: boolean;
  /** Whether steps may start now: not once the engine is stopping, and not while its lease may be over. */
  readonly mayStart: boolean;
  /** Closed while the tasks may be others'. */
  readonly fence: Fence;
  /** Where progress is told. */
  readonly signs: VitalSigns;
  /** False once a stopping engine no longer waits for a database that is away: what cannot be written now is given up. */
  readonly writing: boolean;
  /** Resolves when no listener that must not miss an event is behind, or when such a one is not waited for any longer. */
  whenRoom(): Promise<void>;
  /** Calls a function in the engine's own asynchronous context, not in that of whoever has called the engine. */
  detached(work: () => void): void;
  readonly tasks: Pick<LiveTasks, "released" | "lost">;
  readonly executions: Pick<Executions, "launch" | "nextId">;
  readonly loader: Pick<TaskLoader, "reload">;
  readonly children: Pick<ChildSubmits, "begin">;
  /** Runs the hook that a task has before it completes, then calls {@link Agenda.finish}. */
  annotate(run: TaskRun): void;
  /** Tells what a batch made true; `refused` tasks excepted. */
  committed(batch: Batch, refused: ReadonlySet<TaskRun>): void;
}

/** Who writes a task's transitions, for their metadata. */
export function writerOf({ processId }: LaneHost, { epoch }: TaskRun): Writer {
  return { writer: processId, epoch };
}
