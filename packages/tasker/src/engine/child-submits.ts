import { failureKindOf } from "../database/failure-kind.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import type { TaskWait } from "../templates/step-wait.ts";
import type { Agenda } from "./agenda/agenda.ts";
import type { StepWaits } from "./agenda/step-waits.ts";
import { type Asker, askUntilAnswered } from "./ask-until-answered.ts";
import type { ChildStarter, WaitingStep } from "./child-starter.ts";
import { describeFailure } from "./describe-failure.ts";
import { subjectOf } from "./event-subject.ts";
import type { PreparedTask } from "./prepare-task.ts";
import type { StepRun } from "./step-run.ts";
import { tellSubmitted } from "./submitted-events.ts";
import type { SubmittedTask } from "./task-request.ts";
import type { TaskRun } from "./task-run.ts";

/** Who submits tasks that steps wait for. */
export interface ChildHost extends Asker {
  /** Id of this process in the database. */
  readonly processId: number;
  readonly events: EventBus;
  agendaOf(run: TaskRun): Agenda;
  /** Called when a task was submitted that nobody owns, maybe the first one of its template. */
  onSubmitted(): void;
}

/** The tasks that steps wait for, while they are being submitted. */
export class ChildSubmits {
  readonly #host: ChildHost;
  readonly #starter: ChildStarter;
  readonly #underWay = new Set<Promise<void>>();

  constructor(host: ChildHost, starter: ChildStarter) {
    this.#host = host;
    this.#starter = starter;
  }

  /** Whether any is being submitted. */
  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Resolves when those are submitted that are being submitted now. */
  async idle(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  /** Submits the task that a step waits for; what keeps it from that ends the step by {@link StepWaits.endWait}. */
  begin(run: TaskRun, step: StepRun): void {
    const { waits, wait } = step;
    if (wait === null || waits?.kind !== "task") return;
    const agenda = this.#host.agendaOf(run);
    const work = submitChild(this.#host, this.#starter, agenda.waits, waits, { run, step, wait })
      .then((child) => {
        if (child !== null) this.#host.onSubmitted();
        // Somebody else has moved it: it is found out by the next commit.
        else agenda.recheck(run);
      })
      .finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
  }
}

/**
 * Submits the task that a step waits for, and tells the step's own task that it may be given back. What keeps it from being
 * submitted ends the wait.
 * @returns it; null if its step does not wait for it any more
 */
async function submitChild(
  host: ChildHost,
  children: ChildStarter,
  waits: StepWaits,
  asked: TaskWait,
  waiting: WaitingStep,
): Promise<SubmittedTask | null> {
  const { run, step } = waiting;
  const now = new Date(host.clock.now());
  const fail = (error: unknown) =>
    waits.endWait(waiting, { kind: "failure", failure: describeFailure(error), durationMs: 0 });
  const elsewhere = await askUntilAnswered(host, run.taskId, () => children.findElsewhere(asked, run));
  let task: PreparedTask;
  try {
    task = children.prepare(asked, waiting, elsewhere, now);
  } catch (error) {
    fail(error);
    return null;
  }
  const child = await askUntilAnswered(host, run.taskId, async () => {
    if (run.dropped) return null;
    try {
      return await children.submit(host.processId, waiting, task, now);
    } catch (error) {
      if (failureKindOf(error) !== "data") throw error;
      fail(error);
      return null;
    }
  });
  if (child?.created === true) {
    tellSubmitted(host.events, task, child.taskId, now);
    host.events.tell("task.child_submitted", subjectOf(run, step), () => ({ child_task_id: child.taskId }));
  }
  waits.childStarted(run, step);
  return child;
}
