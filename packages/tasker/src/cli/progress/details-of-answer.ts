import type { z } from "zod";
import type { TaskDetails as Answer } from "../../api/shapes/task.ts";
import type { TaskDetails } from "../../reading/task/task-details.ts";

const moment = (text: string) => new Date(text);
const momentOrNull = (text: string | null) => (text === null ? null : new Date(text));

/** What a server answered about a task, with its moments as dates. */
export function detailsOfAnswer(answer: z.output<typeof Answer>): TaskDetails {
  return {
    ...answer,
    requested_at: moment(answer.requested_at),
    created_at: moment(answer.created_at),
    wake_at: momentOrNull(answer.wake_at),
    resumes_at: momentOrNull(answer.resumes_at),
    steps: answer.steps.map((step) => ({
      ...step,
      last_attempted_at: momentOrNull(step.last_attempted_at),
      changed_at: momentOrNull(step.changed_at),
    })),
    transitions: answer.transitions.map((transition) => ({ ...transition, at: moment(transition.at) })),
    late_results: answer.late_results.map((late) => ({ ...late, finished_at: moment(late.finished_at) })),
    outside: answer.outside.map((attempt) => ({
      ...attempt,
      started_at: moment(attempt.started_at),
      heartbeat_at: moment(attempt.heartbeat_at),
      deadline_at: momentOrNull(attempt.deadline_at),
    })),
    signals: answer.signals.map((signal) => ({
      ...signal,
      received_at: moment(signal.received_at),
      consumed_at: momentOrNull(signal.consumed_at),
    })),
    actions: answer.actions.map((action) => ({ ...action, at: moment(action.at) })),
  };
}
