import { z } from "zod";

/** What a process is told when it starts. */
export const Order = z.strictObject({
  databaseUrl: z.string(),
  seed: z.number(),
  slot: z.number(),
  release: z.literal([1, 2]),
  leaseMs: z.number(),
  /** File to which it appends what its handlers do. */
  ledgerFile: z.string(),
  /** File to which it appends what its engine logs. */
  logFile: z.string(),
});
export type Order = z.infer<typeof Order>;

/** A task that a process is to submit. */
const SubmittedRequest = z.strictObject({
  number: z.number(),
  name: z.string(),
  version: z.string(),
  idempotencyKey: z.string(),
  priority: z.number(),
  bypassSteps: z.array(z.string()),
});
export type SubmittedRequest = z.infer<typeof SubmittedRequest>;

/** What a running process is told. */
export const Command = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("submit"), call: z.number(), requests: z.array(SubmittedRequest) }),
  z.strictObject({ kind: z.literal("clock"), offsetMs: z.number() }),
  z.strictObject({ kind: z.literal("block"), forMs: z.number() }),
]);
export type Command = z.infer<typeof Command>;

/** What a process answers. */
export const Answer = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ready") }),
  /** `taskIds` in the order of the requests; null: it is not known whether they were submitted. */
  z.strictObject({ kind: z.literal("submitted"), call: z.number(), taskIds: z.array(z.number()).nullable() }),
]);
export type Answer = z.infer<typeof Answer>;
