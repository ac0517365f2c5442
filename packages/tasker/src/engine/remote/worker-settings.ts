import { z } from "zod";
import { InvalidRequestError } from "../../errors/index.ts";
import { DEFAULT_QUEUE } from "../../handlers/remote-steps.ts";
import { QueueName, TASK_NAME_LENGTH } from "../../templates/template-document.ts";

/** Shortest and longest lease of a worker, in seconds. */
const LEASE = { least: 5, most: 3_600 };

const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((value) => !value.includes("\0"), { error: "no U+0000" });
const handler = text(255);
const namespace = text(TASK_NAME_LENGTH);

/** What a worker says of itself when it registers. */
const WorkerSettings = z.strictObject({
  /** The handlers that it has, by the `handler_class` of templates: at least one, at most 1,000. */
  handlers: z.array(handler).min(1).max(1_000),
  /** The queues from which it takes steps. Default: `default`. */
  queues: z.array(QueueName).min(1).max(100).default([DEFAULT_QUEUE]),
  /** The namespaces in which it takes steps. Default: all. */
  namespaces: z.array(namespace).min(1).max(1_000).nullable().default(null),
  /** What its language is, such as `python`. */
  language: text(64),
  /** Release of its program. */
  version: text(32),
  /** For people. Default: none. */
  name: text(128).nullable().default(null),
  /** Default: unknown. */
  host: text(255).default("unknown"),
  /** Default: 0. */
  pid: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(0),
  /** How long it may be silent, in seconds. Default: 30. */
  leaseSeconds: z.number().min(LEASE.least).max(LEASE.most).default(30),
});

/** What a worker says of itself when it registers. */
export type WorkerSettings = z.input<typeof WorkerSettings>;

/** @throws InvalidRequestError */
export function parseWorkerSettings(value: unknown): z.output<typeof WorkerSettings> {
  const parsed = WorkerSettings.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new InvalidRequestError(`${field === "" ? "worker" : field}: ${issue?.message ?? "invalid"}`, {
    context: { field, expected: issue?.message },
  });
}
