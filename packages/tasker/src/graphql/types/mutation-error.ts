import { objectType } from "../schema/schema-module.ts";

/** Why a mutation did not do what was asked for. */
export interface MutationError {
  /** Stable: programs switch on it. */
  readonly code: string;
  readonly message: string;
  /** What of the input is wrong, where it is one thing. */
  readonly field: string | null;
  /** What would have been right. */
  readonly expected: string | null;
  /** Of an action that cannot be done as things stand. */
  readonly reason: string | null;
}

/** Why a mutation did not do what was asked for. */
export const mutationErrorType = objectType<MutationError>({
  type: "MutationError",
  sdl: `
    """Why a mutation did not do what was asked for."""
    type MutationError {
      """Stable: the code of the error, or TASKER_ACTION_REFUSED for what cannot be done as things stand."""
      code: String!
      message: String!
      """What of the input is wrong, where it is one thing."""
      field: String
      """What would have been right."""
      expected: String
      """Why an action is refused, stable: task_complete, not_skippable and so on."""
      reason: String
    }`,
  fields: {
    code: (error) => error.code,
    message: (error) => error.message,
    field: (error) => error.field,
    expected: (error) => error.expected,
    reason: (error) => error.reason,
  },
});
