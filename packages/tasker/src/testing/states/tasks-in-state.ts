import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Database } from "../../database/database.ts";
import type { TaskTemplate } from "../../handlers/task-template.ts";
import type { JsonObject } from "../../json/json-value.ts";
import type { State } from "../../states/state.ts";
import { compileContextValidator } from "../../templates/validate-context.ts";
import type { RowStyle } from "./encode-stories.ts";
import type { StepState } from "./step-seed.ts";
import { openStoryWriter, StoryWriter } from "./story-writer.ts";
import { tellTask } from "./task-story.ts";

/** A task that is to exist in a given state. */
export interface TaskInState {
  readonly template: Pick<TaskTemplate, "definition">;
  /** Checked against the template's schema. Default: empty. */
  readonly context?: JsonObject;
  /**
   * States of steps by their names. A step that is not named is `complete` if a step after it has started, or if the
   * task is `complete`; otherwise `pending`.
   */
  readonly steps?: Readonly<Record<string, StepState>>;
  /** State of the task. Default: what the engine would make of the steps. */
  readonly state?: State;
  /** Whether a step that has started needs satisfied parents. Default: true. */
  readonly consistent?: boolean;
}

/** Options of {@link tasksInState}. */
export interface TasksInStateOptions {
  /** Default: `engine`. */
  readonly style?: RowStyle;
  /** What the time is when the histories are over: the clock of the engine that is to go on. Default: the machine's. */
  readonly clock?: Clock;
}

/** A task that was written in a state. */
export interface SeededTask {
  readonly taskId: number;
  readonly state: State;
  /** By the names of the steps. */
  readonly stepIds: Readonly<Record<string, number>>;
}

/**
 * Writes tasks with a history, in one transaction and one statement: rows, flags and metadata are what the engine would
 * have written, by its own rules, had everything happened up to now. An engine that knows the template takes over what is
 * not over and finishes it: steps `in_progress` are those of a process that is gone.
 * @throws ConfigurationError for states that the rules do not allow
 * @throws InvalidContextError
 */
export async function tasksInState(
  database: Database,
  tasks: readonly TaskInState[],
  options: TasksInStateOptions = {},
): Promise<SeededTask[]> {
  const { style = "engine", clock = systemClock } = options;
  const nowMs = clock.now();
  const writer = await openStoryWriter(database);
  const stories = tasks.map(({ template, ...plan }) => tellTask({ ...plan, definition: template.definition }, writer));
  const items = tasks.map(({ template: { definition }, context = {} }, story) => ({
    story,
    createdAt: new Date(nowMs - (stories[story]?.lengthMs ?? 0)),
    context: definition.contextSchema === null ? context : compileContextValidator(definition.contextSchema)(context),
  }));
  const now = new Date(nowMs);
  const written = await database.transaction(async (transaction) => {
    const storyWriter = await StoryWriter.open(transaction, stories, { writer, style, now });
    return storyWriter.write(transaction, items);
  });
  return written.map(({ taskId, stepIds }, place) => {
    const { state = "pending", graph } = stories[place] ?? {};
    const ids = (graph?.names ?? []).map((name, index) => [name, stepIds[index] ?? 0] as const);
    return { taskId, state, stepIds: Object.fromEntries(ids) };
  });
}
