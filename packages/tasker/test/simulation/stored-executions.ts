import { z } from "zod";
import { keepLateResults } from "../../src/engine/sharing/late-results.ts";
import { adoptExecutions, lookAtExecutions, revokeExecutions } from "../../src/engine/sharing/offer-statements.ts";
import { beatExecutions, finishExecutions, takeSteps } from "../../src/engine/sharing/take-statements.ts";
import { loadSnapshots } from "../../src/engine/sharing/task-snapshots.ts";
import { isSatisfied } from "../../src/states/guards.ts";
import { VALID_STEP_COMPLETION_STATES as OVER } from "../../src/states/state-sets.ts";
import type { ManualClock } from "../../src/testing/run/manual-clock.ts";
import type { Answers } from "./answers.ts";
import { type Offer, StoredOffers } from "./stored-offers.ts";
import { loadedTask, type StoredStep } from "./stored-task.ts";
import type { StoredTasks } from "./stored-tasks.ts";
import type { WrittenCommit } from "./written-commit.ts";

const Outcomes = z
  .unknown()
  .transform((text): unknown => JSON.parse(String(text)))
  .pipe(z.array(z.object({ x: z.string(), o: z.unknown(), v: z.unknown() })));

interface OutsideExecution extends Pick<Offer, "taskId" | "stepId" | "executionId" | "attempt"> {
  readonly processId: number;
  readonly nonce: string;
  readonly startedAt: Date;
  owner: number;
  state: "running" | "finished" | "revoked" | "refused";
  beatAt: number;
  outcome: unknown;
  results: string | null;
}

/** The attempts that run outside the owners of their tasks, by the contract of the functions of migration 0029. */
export class StoredExecutions {
  readonly #stored: StoredTasks;
  readonly #clock: ManualClock;
  readonly #offers: StoredOffers;
  readonly #executions = new Map<string, OutsideExecution>();

  constructor(answers: Answers, stored: StoredTasks, clock: ManualClock) {
    this.#stored = stored;
    this.#clock = clock;
    this.#offers = new StoredOffers(answers, stored, (executionId) => this.#executions.has(executionId));
    this.#answerOwners(answers);
    this.#answerTakers(answers);
    // What comes too late is not looked at again.
    answers.on(keepLateResults, () => []);
  }

  /** A commit has moved these steps: executions whose outcomes it has written go. */
  written({ executions }: WrittenCommit, moved: ReadonlySet<number>): void {
    for (const [stepId, executionId] of executions) if (moved.has(stepId)) this.#executions.delete(executionId);
  }

  #answerOwners(answers: Answers): void {
    answers.on(lookAtExecutions, ([owner, withdrawn, running, finished, silenceMs]) => {
      this.#offers.withdraw(owner, withdrawn ?? []);
      return this.#look(owner, new Set(running), new Set(finished), silenceMs);
    });
    answers.on(revokeExecutions, ([owner, ids, states]) => {
      const ended = ids.filter((id) => {
        const execution = this.#executions.get(id);
        if (execution === undefined || !isOpen(execution)) return true;
        if (execution.owner !== owner || !states.includes(execution.state)) return false;
        execution.state = execution.state === "running" ? "revoked" : "refused";
        return true;
      });
      return ended.map((id) => ({ execution_id: id }));
    });
    answers.on(adoptExecutions, ([owner, taskIds]) => {
      this.#offers.drop(taskIds);
      const adopted = [...this.#executions.values()].filter((one) => taskIds.includes(one.taskId) && isOpen(one));
      for (const execution of adopted) execution.owner = owner;
      return adopted.map(rowOf);
    });
  }

  #answerTakers(answers: Answers): void {
    answers.on(takeSteps, ([processId, nonce, , most, now]) => this.#take(processId, nonce, most, now));
    answers.on(loadSnapshots, ([taskIds]) => taskIds.map((taskId) => loadedTask(this.#stored.get(taskId))));
    answers.on(finishExecutions, ([processId, , outcomes]) =>
      Outcomes.parse(outcomes).flatMap(({ x, o, v }) => {
        const execution = this.#executions.get(x);
        if (execution?.processId !== processId || !["running", "revoked"].includes(execution.state)) return [];
        execution.state = execution.state === "running" && !this.#isOver(execution) ? "finished" : "refused";
        execution.outcome = o;
        execution.results = v === undefined ? null : JSON.stringify(v);
        return [{ execution_id: x, state: execution.state, owner_id: execution.owner }];
      }),
    );
    answers.on(beatExecutions, ([processId, ids]) =>
      ids.flatMap((id) => {
        const execution = this.#executions.get(id);
        if (execution?.processId !== processId || execution.state !== "running") return [];
        execution.beatAt = this.#clock.now();
        if (this.#isOver(execution)) execution.state = "revoked";
        return execution.state === "running" ? [{ execution_id: id }] : [];
      }),
    );
  }

  #look(owner: number, running: ReadonlySet<string>, finished: ReadonlySet<string>, silenceMs: number) {
    const known = [...this.#executions.values()].filter((one) => one.owner === owner && isOpen(one));
    const seen = known.flatMap((one) => {
      const isSilent = one.beatAt < this.#clock.now() - silenceMs;
      const lost = one.state === "running" && (this.#stored.isGone(one.processId) || isSilent);
      const isNews = one.state === "finished" || lost || !running.has(one.executionId);
      return isNews && !finished.has(one.executionId) ? [{ ...rowOf(one), lost }] : [];
    });
    const over = [...running].filter((id) => {
      const execution = this.#executions.get(id);
      return execution === undefined || !isOpen(execution);
    });
    return [...seen, ...over.map((id) => ({ ...NOTHING, execution_id: id, lost: true }))];
  }

  #take(processId: number, nonce: string, most: number, now: Date) {
    if (this.#stored.isGone(processId)) return [];
    const before = [...this.#executions.values()].filter(
      (one) => one.processId === processId && one.nonce === nonce && one.state === "running",
    );
    if (before.length > 0) return before.map((one) => this.#takenRow(one));
    return this.#offers.take(processId, most).flatMap(({ owner, taskId, stepId, executionId, attempt }) => {
      const step = this.#stepOf(taskId, stepId);
      const isStarted = step === undefined || step.state === "in_progress" || isSatisfied(step.state);
      if (isStarted || step.attempts !== attempt - 1 || this.#executions.has(executionId)) return [];
      const execution: OutsideExecution = {
        ...{ executionId, stepId, taskId, attempt, processId, nonce, startedAt: now, owner },
        ...{ state: "running", beatAt: this.#clock.now(), outcome: null, results: null },
      };
      this.#executions.set(executionId, execution);
      return [this.#takenRow(execution)];
    });
  }

  #takenRow({ executionId, stepId, taskId, attempt, owner }: OutsideExecution) {
    const { revision } = this.#stored.get(taskId);
    return { execution_id: executionId, workflow_step_id: stepId, task_id: taskId, attempt, owner_id: owner, revision };
  }

  #stepOf(taskId: number, stepId: number): StoredStep | undefined {
    return [...this.#stored.get(taskId).steps.values()].find((step) => step.stepId === stepId);
  }

  #isOver({ taskId, stepId }: OutsideExecution): boolean {
    return OVER.includes(this.#stepOf(taskId, stepId)?.state ?? "pending");
  }
}

/** Whether its owner waits for it. */
const isOpen = ({ state }: OutsideExecution) => state === "running" || state === "finished";

const NOTHING = {
  ...{ workflow_step_id: 0, task_id: 0, attempt: 0, process_id: 0, timeout_ms: null, started_at: new Date(0) },
  ...{ outcome: null, results: null },
};

function rowOf({ executionId, stepId, taskId, attempt, processId, startedAt, outcome, results }: OutsideExecution) {
  return {
    ...{ execution_id: executionId, workflow_step_id: stepId, task_id: taskId, attempt, process_id: processId },
    ...{ timeout_ms: null, started_at: startedAt, outcome, results },
  };
}
