import { z } from "zod";
import { STATES } from "../../states/state.ts";

/** Parts that the payloads of several events have, each with what it means and an example. */

const described = (description: string, example: unknown) => ({ description, examples: [example] });

/** A number of things. */
export const count = (description: string, example = 3) =>
  z.number().int().nonnegative().meta(described(description, example));

/** An id of a row. */
export const id = (description: string, example = 42) =>
  z.number().int().nonnegative().meta(described(description, example));

/** A time that has passed. */
export const seconds = (description: string, example = 1.25) =>
  z.number().nonnegative().meta(described(description, example));

/** A text. */
export const text = (description: string, example: string) => z.string().meta(described(description, example));

/** Several texts. */
export const texts = (description: string, example: readonly string[]) =>
  z.array(z.string()).readonly().meta(described(description, example));

/** Several ids. */
export const ids = (description: string, example: readonly number[] = [42, 43]) =>
  z.array(z.number().int()).readonly().meta(described(description, example));

/** Yes or no. */
export const flag = (description: string, example: boolean) => z.boolean().meta(described(description, example));

/** The states that a transition leaves and enters. */
export const move = {
  from_state: z.enum(STATES).nullable().meta(described("state that was left; null if there was none", "in_progress")),
  to_state: z.enum(STATES).meta(described("state that was entered", "complete")),
};

/** Why somebody did something. */
export const author = {
  reason: text("why, in words", "customer called").nullable(),
  actor: text("operator who did it; null: an engine", "jane@example.com").nullable(),
  action: text("operator's action", "retry_step").nullable(),
};

/** Which attempt it is. */
export const attempt = {
  attempt_number: count("number of the attempt, from 1", 1).nullable(),
  execution_id: text("id of the execution", "7.12").nullable(),
};

/** What went wrong. */
export const failure = {
  error_message: text("message of the error", "connection refused").nullable(),
  error_class: text("name of the error's class", "RetryableError").nullable(),
  error_code: text("code that the handler gave, or the engine's", "HTTP_503").nullable(),
};

/** When it comes again. */
export const backoff = {
  backoff_seconds: seconds("wait before the next attempt, in seconds", 2).nullable(),
  backoff_until: text("when the next attempt is due, ISO 8601", "2026-01-01T00:00:02.000Z").nullable(),
};

/** How long the task has been under way. */
export const taskDuration = {
  total_execution_duration: seconds("seconds from the request of the task to this moment", 12.5),
};
