import { InvalidRequestError } from "../../errors/index.ts";
import { decodeGlobalId, encodeGlobalId } from "./global-id.ts";

const LIST = "WorkflowStep";

/** The place of a step in the list of its task's steps. */
export function encodeStepCursor(stepId: number): string {
  return encodeGlobalId(LIST, stepId);
}

/** The id of the step at a place. @throws InvalidRequestError for a text that no page gave */
export function decodeStepCursor(cursor: string): number {
  const place = decodeGlobalId(cursor);
  if (place?.type === LIST) return place.id;
  const expected = "a cursor that a page of this list gave";
  throw new InvalidRequestError(`after is no cursor, expected ${expected}`, { context: { field: "after", expected } });
}
