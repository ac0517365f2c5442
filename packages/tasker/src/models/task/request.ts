import type { Connection } from "../../database/database.ts";
import { checkAt } from "../check-at.ts";
import { DEFAULT_VERSION, findOrCreateByFullName } from "../named-task/record.ts";
import { DEFAULT_NAMESPACE } from "../task-namespace/task-namespace.ts";
import { validate } from "../validate.ts";
import { type NewTask, TaskAttributes } from "./attributes.ts";
import type { IdentityStrategy } from "./identity.ts";
import { create, type TaskRow } from "./record.ts";

/**
 * A request for a task, with the names that `engine.submit` takes. Where that takes the highest registered version, this
 * takes 0.1.0, as the reference does: there are only names here, no templates.
 */
export interface TaskRequest {
  readonly name: string;
  /** Default: `default`. */
  readonly namespace?: string;
  /** Default: `0.1.0`. */
  readonly version?: string;
  readonly context: NewTask["context"];
  readonly initiator?: NewTask["initiator"];
  readonly sourceSystem?: NewTask["source_system"];
  readonly reason?: NewTask["reason"];
  readonly tags?: NewTask["tags"];
  readonly bypassSteps?: NewTask["bypass_steps"];
  readonly requestedAt?: NewTask["requested_at"];
}

/** What a request says of a task, as its columns. What it leaves out, or gives as null, is not there. */
export type RequestOptions = Partial<Omit<NewTask, "named_task_id" | "complete">>;

const Options = TaskAttributes.omit({ named_task_id: true, complete: true });

/** The values of a request that are neither left out nor null. */
export function getRequestOptions(request: TaskRequest): RequestOptions {
  const { initiator, reason, tags, context } = request;
  const given: RequestOptions = {
    initiator,
    source_system: request.sourceSystem,
    reason,
    tags,
    bypass_steps: request.bypassSteps,
    requested_at: request.requestedAt,
    context,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));
}

/** What a task of a named task is when a request says nothing, requested at the time given. */
export function getDefaultTaskRequestOptions({ named_task_id }: { readonly named_task_id: number }, at: Date) {
  return {
    initiator: "unknown",
    source_system: "unknown",
    reason: "unknown",
    complete: false,
    tags: [],
    bypass_steps: [],
    requested_at: at,
    named_task_id,
  };
}

/**
 * What {@link create} is to write for a request. Its named task is found, or made.
 * @throws InvalidRecordError before anything is written
 */
export async function fromTaskRequest(
  connection: Connection,
  request: TaskRequest,
  at: Date = new Date(),
): Promise<NewTask> {
  checkAt("Task", at);
  const options = { requested_at: at, ...getRequestOptions(request) };
  validate("Task", Options, options);
  const { name, namespace = DEFAULT_NAMESPACE, version = DEFAULT_VERSION } = request;
  const namedTask = await findOrCreateByFullName(connection, { name, namespace, version }, at);
  return { context: request.context, ...getDefaultTaskRequestOptions(namedTask, at), ...options };
}

/**
 * Writes the row of a task for a request; see {@link create}.
 * @throws InvalidRecordError, RecordConflictError
 */
export async function createWithDefaults(
  connection: Connection,
  request: TaskRequest,
  at: Date = new Date(),
  identity?: IdentityStrategy,
): Promise<TaskRow> {
  return create(connection, await fromTaskRequest(connection, request, at), at, identity);
}
