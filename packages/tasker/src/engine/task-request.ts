import { z } from "zod";
import { textDefect } from "../text/text-defect.ts";

/** Longest values that the columns of a task hold, in characters. */
const LABEL_LENGTH = 128;

/** Longest range of versions, in characters. */
const VERSION_RANGE_LENGTH = 128;

/** Text that the database can store. */
const storable = z.string().superRefine((text, issues) => {
  const defect = textDefect(text);
  if (defect !== null) issues.addIssue({ code: "custom", message: `contains ${defect}, which cannot be stored` });
});
const label = storable.max(LABEL_LENGTH).default("unknown");
/** A moment that ISO 8601 writes with a year of four digits, as the database reads it. */
const moment = z.date().min(new Date("0001-01-01T00:00:00Z")).max(new Date("9999-12-31T23:59:59.999Z"));

/** What a caller gives to create a task. The names and defaults are the reference's, in camelCase. */
export const TaskRequest = z.strictObject({
  name: z.string().min(1).max(64),
  namespace: z.string().min(1).max(64).default("default"),
  /** `digits.digits.digits`, a range such as `^1.2.0`, or `latest` for the highest registered version. */
  version: z.string().min(1).max(VERSION_RANGE_LENGTH).default("latest"),
  /** The task's input: a JSON object, checked against the template's schema. */
  context: z.record(z.string(), z.unknown()),
  initiator: label,
  sourceSystem: label,
  reason: label,
  tags: z.array(storable).default([]),
  /** Names of skippable steps that the task goes on without. */
  bypassSteps: z.array(storable).default([]),
  /** Default: now. */
  requestedAt: moment.optional(),
  /** Two requests of one template with the same key give one task. Default: none, every request is a new task. */
  idempotencyKey: z.string().min(1).max(1024).optional(),
  /** Higher runs first. */
  priority: z.int().min(-32768).max(32767).default(0),
  /** Do not start before this moment. Default: at once. */
  runAt: moment.optional(),
  /** Default: that of `withCorrelationId` or of the handler that submits it; otherwise a new one. */
  correlationId: storable.min(1).max(128).optional(),
});

/** A task request as callers write it. */
export type TaskRequest = z.input<typeof TaskRequest>;

/** What became of a request. */
export interface SubmittedTask {
  readonly taskId: number;
  /** False: a task with this identity existed already, and `taskId` is that task's. */
  readonly created: boolean;
}
