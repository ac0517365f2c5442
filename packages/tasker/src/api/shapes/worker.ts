import { z } from "zod";
import { Id, Json, Moment } from "./common.ts";
import { Violation } from "./problem.ts";

/** Most items of one call. */
const MOST_ITEMS = 1_000;
/** Longest time that a poll may wait, in milliseconds. */
const LONGEST_WAIT_MS = 60_000;

const plain = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\0]*$/, { error: "a text without U+0000" });
const name = plain(255);
const names = (most: number) => z.array(name).min(1).max(most);
const executionId = z.string().min(1).max(64).describe("Of the attempt: opaque");
const nonce = z
  .string()
  .min(1)
  .max(64)
  .describe("The same for each repetition of a call, another one for every other call");
const object = z.record(z.string(), Json);
const sequence = z
  .enum(["parents", "all"])
  .default("parents")
  .describe("Which steps of its task come with a step: those that it depends on, or all");

/** The worker that calls. */
export const OfWorker = z.strictObject({ worker_id: Id });

/** What a worker says of itself. */
export const WorkerRegistration = z.strictObject({
  handlers: names(1_000).describe("The handlers that it has, by the `handler_class` of templates"),
  queues: z.array(plain(64)).min(1).max(100).default(["default"]).describe("From which it takes steps"),
  namespaces: z.array(plain(64)).min(1).max(1_000).nullable().default(null).describe("Null: all"),
  language: plain(64).describe("Such as `python`"),
  version: plain(32).describe("Release of its program"),
  name: plain(128).nullable().default(null).describe("For people"),
  host: plain(255).default("unknown"),
  pid: z.int().min(0).max(2_147_483_647).default(0),
  lease_seconds: z.number().min(5).max(3_600).default(30).describe("How long it may be silent"),
});

/** What a worker is told when it has registered. */
export const WorkerRegistered = z.object({
  worker_id: Id,
  lease_ms: z.int(),
  heartbeat_ms: z
    .int()
    .describe("Longest time between two heartbeats of an attempt that is advisable: a third of the lease"),
});

/** What a worker polls for. */
export const PollBody = OfWorker.extend({
  nonce,
  capacity: z.int().min(1).max(MOST_ITEMS).describe("Most steps that it takes"),
  wait_ms: z.int().min(0).max(LONGEST_WAIT_MS).default(0).describe("How long the answer may wait for a step"),
  handlers: names(1_000).optional().describe("Those of its registration that it asks for now"),
  queues: z.array(plain(64)).min(1).max(100).optional(),
  namespaces: z.array(plain(64)).min(1).max(1_000).optional(),
  sequence,
});

const StepOfTask = z.object({
  step_id: Id,
  name: z.string(),
  state: z.string(),
  attempts: z.int(),
  results: Json.describe("Null before it has completed"),
});

/** A step whose attempt has begun, with everything that its handler needs. */
export const Assignment = z.object({
  execution_id: executionId,
  task: z.object({
    task_id: Id,
    namespace: z.string(),
    name: z.string(),
    version: z.string(),
    context: object,
    initiator: z.string(),
    source_system: z.string(),
    reason: z.string(),
    tags: z.array(z.string()),
    bypass_steps: z.array(z.string()),
    requested_at: Moment,
    correlation_id: z.string(),
    traceparent: z.string().nullable().describe("Place of the task in its trace, of W3C Trace Context"),
    tracestate: z.string().nullable(),
  }),
  step: z.object({
    step_id: Id,
    name: z.string(),
    handler: z.string(),
    handler_config: object
      .nullable()
      .describe("As the template has it: references such as those to variables are not resolved"),
    attempt: z.int().min(1),
    retry_limit: z.int(),
    retryable: z.boolean(),
    inputs: Json.describe("Its own, the item of a list that it runs for, or what the step has stored that it undoes"),
    item_index: z.int().nullable(),
    compensates: z.string().nullable().describe("The step that it undoes"),
    results: Json.describe("What an earlier attempt has left"),
  }),
  parents: object.describe("Results of the steps that it depends on, by their names"),
  sequence: z.array(StepOfTask),
  started_at: Moment,
  deadline_at: Moment.nullable(),
  timeout_ms: z.int().nullable(),
  progress: Json.describe("What was told last of this attempt, where the answer is a repeated one"),
});

/** What a poll gives. */
export const PollAnswer = z.object({ steps: z.array(Assignment) });

/** An attempt that a worker starts by its id. */
export const StartItem = z.strictObject({ execution_id: executionId, nonce });

/** How an attempt is going. */
export const BeatItem = z.strictObject({
  execution_id: executionId,
  progress: Json.optional().describe("Whatever the handler tells of how far it is; at most 4,096 bytes of JSON"),
});

const PublishedEvent = z.strictObject({ name, payload: object.optional() });
const ended = {
  execution_id: executionId,
  duration_ms: z.number().min(0).optional().describe("How long the handler ran. Default: the time since the start"),
  events: z.array(PublishedEvent).max(10_000).optional().describe("Custom events that the step declares"),
};

/** An attempt that has succeeded. */
export const CompleteItem = z.strictObject({ ...ended, results: Json.describe("What the step stores") });

/** An attempt that has failed. */
export const FailItem = z.strictObject({
  ...ended,
  error: z.strictObject({
    message: z.string(),
    class: z.string().min(1).optional().describe("Default: `Error`"),
    backtrace: z.string().optional(),
    code: z.string().min(1).optional().describe("The handler's own"),
    details: object.optional().describe("Facts for whoever looks at the step later; left out if larger than 32 KB"),
  }),
  permanent: z.boolean().default(false).describe("Whether no further attempt can succeed"),
  retry_after_seconds: z.number().min(0).optional().describe("Default: backoff decides"),
});

/** An attempt that the worker gives back before its handler has begun. */
export const ReleaseItem = z.strictObject({
  execution_id: executionId,
  reason: z.string().min(1).max(1_000).optional(),
});

/**
 * A list of items of a call, each of which is checked by itself: one that is malformed does not fail the others.
 */
export function itemsOf<Item extends z.ZodType>(item: Item, least = 1) {
  return z
    .array(z.union([item, z.unknown()]))
    .min(least)
    .max(MOST_ITEMS);
}

const refused = z.object({
  execution_id: z.string().nullable().describe("Null: the item has none"),
  status: z.literal("error"),
  error: z.object({ code: z.string(), detail: z.string(), violations: z.array(Violation).optional() }),
});

/** What became of an attempt that was to be started. */
export const StartAnswer = z.union([
  z.object({ execution_id: z.string(), status: z.literal("started"), step: Assignment }),
  refused,
]);

/** Whether an attempt is to go on. */
export const BeatAnswer = z.union([
  z.object({ execution_id: z.string(), status: z.literal("running") }),
  z.object({
    execution_id: z.string(),
    status: z.literal("abort"),
    reason: z.enum(["cancelled", "resolved", "revoked", "ended", "unknown"]),
    detail: z.string().nullable(),
  }),
  refused,
]);

/** What became of a report. */
export const ReportAnswer = z.union([
  z.object({
    execution_id: z.string(),
    status: z.literal("recorded"),
    recorded: z.enum(["complete", "failed", "released"]),
    duplicate: z.boolean().describe("Whether it had been reported before"),
    refusal: z
      .object({ code: z.string().nullable(), message: z.string() })
      .nullable()
      .describe("Why the attempt counts as failed although something else was reported"),
  }),
  refused,
]);

/** An answer in place of an item that is malformed. */
export type RefusedItem = z.infer<typeof refused>;
