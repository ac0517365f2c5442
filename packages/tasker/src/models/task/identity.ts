import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { identityJson } from "./identity-json.ts";

/** What a new task is to be, as its identity is made of. */
export interface IdentityTask {
  /** Name of its named task. */
  readonly name: string;
  readonly named_task_id: number;
  readonly initiator: string;
  readonly source_system: string;
  readonly reason: string;
  /** As it was given: the order of its keys counts. */
  readonly context: unknown;
  readonly tags: readonly string[];
  readonly bypass_steps: readonly string[];
  readonly requested_at: Date;
}

/** What two requests must have in common to be the same one. Namespace, version and tags are not part of it. */
export interface IdentityOptions {
  readonly name: string;
  readonly initiator: string;
  readonly source_system: string;
  readonly context: unknown;
  readonly reason: string;
  readonly bypass_steps: readonly string[];
  /** The minute in UTC, as `YYYY-MM-DD HH:MM`. */
  readonly requested_at: string;
}

/**
 * How the identity of a task is made: the value of a column that is unique for ever.
 *
 * - `default`: a random UUID; no two requests are the same.
 * - `hash`: SHA-256 of the identity options as the reference's JSON, so that both engines refuse each other's duplicates;
 *   the same request can be made once a minute.
 * - a function: what it gives, 1 to 128 characters.
 */
export type IdentityStrategy = "default" | "hash" | ((task: IdentityTask, options: IdentityOptions) => string);

/** The identity options of a task; the order of the keys is part of the hash. */
export function identityOptions(task: Omit<IdentityTask, "named_task_id" | "tags">): IdentityOptions {
  return {
    name: task.name,
    initiator: task.initiator,
    source_system: task.source_system,
    context: task.context,
    reason: task.reason,
    bypass_steps: task.bypass_steps,
    requested_at: task.requested_at.toISOString().slice(0, -":00.000Z".length).replace("T", " "),
  };
}

/** The reference's hash: lower-case hex SHA-256 of the options as its JSON. */
export function referenceHash(options: IdentityOptions): string {
  return bytesToHex(sha256(utf8ToBytes(identityJson(options))));
}

/**
 * The identity of a task under a strategy.
 * @param uuid makes a random UUID
 */
export function identityHash(strategy: IdentityStrategy, task: IdentityTask, uuid: () => string): string {
  if (strategy === "default") return uuid();
  const options = identityOptions(task);
  if (strategy === "hash") return referenceHash(options);
  return strategy(task, options);
}
