import { loadSignalsStatement } from "../../src/engine/load-signals.ts";
import { NO_ROW } from "../../src/engine/step-move.ts";
import { VALID_STEP_COMPLETION_STATES as OVER } from "../../src/states/state-sets.ts";
import type { Answers } from "./answers.ts";
import type { Audit } from "./audit.ts";
import type { StoredTask } from "./stored-task.ts";
import type { StoredTasks } from "./stored-tasks.ts";
import type { WrittenCommit } from "./written-commit.ts";

interface StoredSignal {
  readonly signalId: number;
  readonly taskId: number;
  readonly name: string;
  readonly receivedAt: number;
  /** The step that took it. */
  consumedBy: number | null;
}

/** The signals of tasks, by the contract of `tasker_signal` and `tasker_commit`. The payload of each is its id. */
export class StoredSignals {
  readonly #audit: Audit;
  readonly #signals: StoredSignal[] = [];

  constructor(answers: Answers, audit: Audit) {
    this.#audit = audit;
    answers.on(loadSignalsStatement, ([taskIds]) =>
      this.#signals
        .filter(({ taskId, consumedBy }) => taskIds.includes(taskId) && consumedBy === null)
        .map(({ signalId, taskId, name, receivedAt }) => ({
          task_id: taskId,
          signal_id: signalId,
          name,
          payload: signalId,
          sender: null,
          received_at: new Date(receivedAt),
        })),
    );
  }

  /** Keeps a signal for a task and wakes it. */
  send(stored: StoredTasks, task: StoredTask, name: string, now: number): void {
    if (OVER.includes(task.state)) return;
    const signalId = this.#signals.length + 1;
    this.#signals.push({ signalId, taskId: task.taskId, name, receivedAt: now, consumedBy: null });
    const isAsleep = task.owner === 0 && task.sortKey !== NO_ROW && task.wakeAt !== null;
    stored.touch(task);
    if (isAsleep) task.wakeAt = Math.min(task.wakeAt ?? now, now);
  }

  /** A commit has moved these steps: those that end by a signal take it. */
  take({ outcomes, signals }: WrittenCommit, moved: ReadonlySet<number>): void {
    for (const { stepId, taskId, results } of outcomes) {
      const signal = this.#signals.find(({ signalId }) => signalId === signals.get(stepId));
      if (signal === undefined || !moved.has(stepId)) continue;
      const what = `step ${stepId} takes signal ${signal.signalId} of task ${signal.taskId}`;
      if (signal.consumedBy !== null) this.#audit.violations.push(`${what} after step ${signal.consumedBy}`);
      const isStored = JSON.stringify(results).includes(`"payload":${signal.signalId},`);
      if (signal.taskId !== taskId || !isStored) this.#audit.violations.push(`${what}: ${JSON.stringify(results)}`);
      signal.consumedBy = stepId;
    }
  }
}
