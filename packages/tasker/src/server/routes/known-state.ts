import { isState, type State } from "../../states/state.ts";

/** A state that the database has. @throws RangeError for one that there is not */
export function knownState(state: string): State {
  if (isState(state)) return state;
  throw new RangeError(`the database has the state ${state}`);
}
