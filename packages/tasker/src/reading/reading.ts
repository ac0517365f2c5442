import type { Connection } from "../database/database.ts";
import type { Encryption } from "../vault/encryption.ts";
import { namespaceOfTask, placeOfStep } from "./task/namespace-of.ts";
import { readTaskDetails, type TaskDetails } from "./task/task-details.ts";
import { readTaskPage, type TaskPage, type TaskPageRequest } from "./tasks/task-page.ts";

/** What the read side needs. */
export interface ReadingParts {
  readonly database: Connection;
  /** Places that are not shown, besides those that templates name. Default: none. */
  readonly redact?: readonly string[];
  /** Decrypts what is encrypted. Default: it is shown as it is stored. */
  readonly encryption?: Encryption | null;
}

/**
 * What REST, GraphQL, MCP, the command line and the dashboard show. Lists take the namespaces that somebody may see; whether
 * somebody may see one task is decided by its namespace before it is read.
 */
export class Reading {
  readonly #database: Connection;
  readonly #redact: readonly string[];
  readonly #encryption: Encryption | null;

  constructor({ database, redact = [], encryption = null }: ReadingParts) {
    this.#database = database;
    this.#redact = redact;
    this.#encryption = encryption;
  }

  /** See {@link readTaskPage}. */
  tasks(request: TaskPageRequest): Promise<TaskPage> {
    return readTaskPage(this.#database, request);
  }

  /** The namespace of a task; null if there is no such task. */
  namespaceOfTask(taskId: number): Promise<string | null> {
    return namespaceOfTask(this.#database, taskId);
  }

  /** The task of a step and its namespace; null if there is no such step. */
  placeOfStep(stepId: number): Promise<{ readonly taskId: number; readonly namespace: string } | null> {
    return placeOfStep(this.#database, stepId);
  }

  /** Everything about a task. @throws TaskNotFoundError */
  taskDetails(taskId: number): Promise<TaskDetails> {
    return readTaskDetails(this.#database, taskId, this.#redact, this.#encryption);
  }
}
