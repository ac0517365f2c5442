import { isState, type State } from "../states/state.ts";

/** The reference's colours. It has none for `resolved_manually`; plum is far from all the others. */
const COLOURS: Readonly<Record<State, string>> = {
  pending: "lightblue",
  in_progress: "lightgreen",
  complete: "green",
  error: "red",
  cancelled: "gray",
  resolved_manually: "plum",
};

/** CSS colour of a step in this state; light gray for a state that is not one of the six. */
export function stateColour(state: string): string {
  return isState(state) ? COLOURS[state] : "lightgray";
}
