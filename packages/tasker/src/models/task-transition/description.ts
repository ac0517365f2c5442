import { isState, type State } from "../../states/state.ts";
import type { TaskTransitionRow } from "./record.ts";

const SENTENCES: Readonly<Record<State, string>> = {
  pending: "The task waits to be run",
  in_progress: "The task has started",
  complete: "Every step is done and the task is complete",
  error: "The task failed: steps that it needs cannot go on",
  cancelled: "The task was cancelled",
  resolved_manually: "Somebody settled the task by hand",
};

/** What happened, in one sentence. */
export function description({ to_state: state }: Pick<TaskTransitionRow, "to_state">): string {
  return isState(state) ? SENTENCES[state] : `The task went to the state '${state}'`;
}
