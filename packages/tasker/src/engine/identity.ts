import { createHash, randomUUID } from "node:crypto";
import { InvalidRequestError } from "../errors/index.ts";
import type { TaskDraft } from "../handlers/task-handler.ts";
import type { JsonObject, JsonValue } from "../json/json-value.ts";
import { type IdentityOptions, identityOptions, referenceHash } from "../models/task/identity.ts";
import { toCanonicalJson } from "../templates/canonical-json.ts";
import { textDefect } from "../text/text-defect.ts";
import type { IdentityRule } from "./identity-settings.ts";

/** Longest value that the column `identity_hash` holds, in characters. */
const LONGEST = 128;
/** Milliseconds from the first moment of the year 1 to 1970: what makes the time of every request 0 or more. */
const YEAR_ONE_MS = 62_135_596_800_000;
/** Digits of the last moment of the year 9999. */
const TIME_DIGITS = 15;

/** What a task is recognised by. */
export interface Identity {
  /** The value of the unique column `identity_hash`. */
  readonly hash: string;
  /**
   * Not null: the hash is 64 hexadecimal digits and a time of 15 digits, and a task whose hash has the same 64 and a time
   * less than so many milliseconds away is the same one.
   */
  readonly windowMs: number | null;
  /** Whether no other request can have it. */
  readonly isUnique: boolean;
}

/** An identity that no other request has. */
export function randomIdentity(): Identity {
  return { hash: randomUUID(), windowMs: null, isUnique: true };
}

/**
 * The identity that an idempotency key gives: lower-case hex SHA-256 of namespace, name and key, so that two requests of one
 * template with one key are one task, whatever version they ask for.
 */
export function keyedIdentity(namespace: string, name: string, idempotencyKey: string): Identity {
  return shared(digest([namespace, name, idempotencyKey]));
}

/**
 * The identity of a task under the engine's rule.
 * @param given the context before defaults were filled in, with its keys in the order in which they were given
 * @throws InvalidRequestError if a custom strategy gives something else than 1 to 128 characters that can be stored
 */
export function identify(rule: IdentityRule, task: TaskDraft, given: JsonObject): Identity {
  switch (rule.kind) {
    case "random":
      return randomIdentity();
    case "reference":
      return shared(referenceHash(optionsOf(task, given)));
    case "hash": {
      const { requested_at: minute, ...equal } = optionsOf(task, task.context);
      const hash = digest({
        ...equal,
        namespace: task.namespace,
        version: task.version,
        ...(rule.minute ? { requested_at: minute } : {}),
      });
      if (rule.windowMs === null) return shared(hash);
      const time = String(task.requestedAt.getTime() + YEAR_ONE_MS).padStart(TIME_DIGITS, "0");
      return shared(`${hash}${time}`, rule.windowMs);
    }
    case "custom":
      return shared(checkHash(rule.generate(task, optionsOf(task, given)), rule.name));
  }
}

function shared(hash: string, windowMs: number | null = null): Identity {
  return { hash, windowMs, isUnique: false };
}

/**
 * Gives requests of one submit that are the same under a sliding window the identity of the first of them. What the
 * database has is looked up there.
 */
export function settleWithin<Task extends { readonly identity: Identity }>(tasks: readonly Task[]): readonly Task[] {
  if (!tasks.some(({ identity }) => identity.windowMs !== null)) return tasks;
  const first = new Map<string, number[]>();
  return tasks.map((task) => {
    const { hash, windowMs } = task.identity;
    if (windowMs === null) return task;
    const base = hash.slice(0, -TIME_DIGITS);
    const time = Number(hash.slice(-TIME_DIGITS));
    const times = first.get(base) ?? [];
    first.set(base, times);
    const same = times.find((other) => Math.abs(other - time) < windowMs);
    if (same === undefined) times.push(time);
    const settled = `${base}${String(same ?? time).padStart(TIME_DIGITS, "0")}`;
    return same === undefined ? task : { ...task, identity: shared(settled, windowMs) };
  });
}

function optionsOf(task: TaskDraft, context: JsonObject): IdentityOptions {
  return identityOptions({
    name: task.name,
    initiator: task.initiator,
    source_system: task.sourceSystem,
    reason: task.reason,
    context,
    bypass_steps: task.bypassSteps,
    requested_at: task.requestedAt,
  });
}

function digest(value: unknown): string {
  return createHash("sha256")
    .update(toCanonicalJson(value as JsonValue))
    .digest("hex");
}

function checkHash(hash: unknown, name: string): string {
  const isText = typeof hash === "string" && hash.length >= 1 && hash.length <= LONGEST;
  if (isText && textDefect(hash) === null) return hash;
  const expected = `1 to ${LONGEST} characters that can be stored`;
  throw new InvalidRequestError(
    `${name} gave the identity ${JSON.stringify(hash) ?? String(hash)}, expected ${expected}`,
    {
      context: { field: "identityHash", value: hash, expected },
    },
  );
}
