import type { TaskSettings } from "../config/task-settings.ts";
import type { TaskView } from "../handlers/execution.ts";
import type { JsonObject } from "../json/json-value.ts";
import type { StoredJson } from "./stored-json.ts";

/** The facts of a {@link LiveTaskView}. */
export type TaskFacts = Omit<TaskView, "context" | "settings"> & {
  readonly storedContext: StoredJson;
  /** What the configuration says for the task at the moment. */
  readonly settingsNow: () => TaskSettings;
};

/** A task as its handlers see it. The context is parsed when a handler first reads it. */
export class LiveTaskView implements TaskView {
  readonly taskId: number;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly initiator: string;
  readonly sourceSystem: string;
  readonly reason: string;
  readonly tags: readonly string[];
  readonly bypassSteps: readonly string[];
  readonly requestedAt: Date;
  readonly correlationId: string;
  readonly #context: StoredJson;
  readonly #settingsNow: () => TaskSettings;

  constructor(facts: TaskFacts) {
    this.taskId = facts.taskId;
    this.namespace = facts.namespace;
    this.name = facts.name;
    this.version = facts.version;
    this.initiator = facts.initiator;
    this.sourceSystem = facts.sourceSystem;
    this.reason = facts.reason;
    this.tags = facts.tags;
    this.bypassSteps = facts.bypassSteps;
    this.requestedAt = facts.requestedAt;
    this.correlationId = facts.correlationId;
    this.#context = facts.storedContext;
    this.#settingsNow = facts.settingsNow;
  }

  /** The context, or an empty object if it cannot be decrypted. */
  get readableContext(): JsonObject {
    return this.#context.orEmpty.value as JsonObject;
  }

  get context(): JsonObject {
    return this.#context.value as JsonObject;
  }

  get settings(): TaskSettings {
    return this.#settingsNow();
  }
}
