import { z } from "zod";
import type { Connection } from "../database/database.ts";
import { bool, int4, int8, jsonb, nullable, timestamp, varchar } from "../database/sql-type.ts";
import { statement } from "../database/statement.ts";
import { InvalidRequestError, SignalRefusedError, TaskNotFoundError } from "../errors/index.ts";
import { encodeJson } from "../json/encode.ts";
import { textDefect } from "../text/text-defect.ts";

/** Keeps a signal for a task and wakes it; see the function. */
export const sendSignalStatement = statement({
  name: "send_signal",
  text: "select * from tasker_signal($1, $2, $3, $4, $5, $6, $7)",
  parameters: [int8, varchar, jsonb, nullable(varchar), nullable(varchar), timestamp, int4],
  columns: {
    signal_id: nullable(int8),
    created: bool,
    state: varchar,
    waiting: int4,
    owner_id: int8,
    revision: int4,
  },
});

/** Signals that may wait in one task. */
const MOST_WAITING = 1_000;

const storable = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .refine((value) => textDefect(value) === null, { error: "text without U+0000 and lone surrogates" });

const SignalRequest = z.object({
  taskId: z.int().positive(),
  name: storable(128),
  sender: storable(128).optional(),
  idempotencyKey: storable(255).optional(),
});

/** Options of a signal. */
export interface SignalOptions {
  /** Two signals of one task with the same key are one. 1 to 255 characters. Default: none, every signal is new. */
  readonly idempotencyKey?: string;
  /** Who sends it: stored with it and in the results of the step that takes it. 1 to 128 characters. Default: nobody. */
  readonly sender?: string;
  /** The caller's own transaction: the signal is sent if it commits. */
  readonly transaction?: Connection;
  /**
   * What else is written if, and only if, the signal is sent, in the same transaction, such as an entry of an audit log. Not called
   * for one that had been sent. Not beside `transaction`. Default: nothing.
   */
  readonly alongside?: (transaction: Connection, sent: SentSignal) => Promise<void>;
}

/** What became of a signal. */
export interface SentSignal {
  readonly signalId: number;
  /** False: a signal with this key had been sent to the task, and `signalId` is that one's. */
  readonly created: boolean;
}

/** A signal that was stored, with what its sender's process has to know of the task. */
export interface StoredSignal extends SentSignal {
  /** The process that runs the task; 0: nobody. */
  readonly ownerId: number;
  readonly revision: number;
}

/**
 * Stores a signal and wakes its task, in one statement.
 * @param maxBytes largest payload, in bytes of JSON
 * @throws InvalidRequestError, UnencodableValueError, ValueTooLargeError
 * @throws TaskNotFoundError for a task that does not exist or that no engine knows
 * @throws SignalRefusedError if the task is over, or too many signals wait in it
 */
export async function sendSignal(
  connection: Connection,
  signal: { readonly taskId: number; readonly name: string; readonly payload: unknown } & SignalOptions,
  { now, maxBytes }: { readonly now: Date; readonly maxBytes: number },
): Promise<StoredSignal> {
  const { taskId, name, sender, idempotencyKey } = check(signal);
  const payload = encodeJson(signal.payload ?? null, { maxBytes, what: `payload of signal ${name}` });
  const [row] = await connection.run(sendSignalStatement, [
    taskId,
    name,
    payload,
    sender ?? null,
    idempotencyKey ?? null,
    now,
    MOST_WAITING,
  ]);
  if (row === undefined) throw new TaskNotFoundError(`task ${taskId} does not exist`, { context: { taskId } });
  if (row.signal_id === null) {
    const isFull = row.waiting >= MOST_WAITING;
    const why = isFull ? `${row.waiting} signals wait in it already` : `it is ${row.state}`;
    throw new SignalRefusedError(`task ${taskId} takes no signal ${name}: ${why}`, {
      context: { taskId, name, state: row.state, waiting: row.waiting },
    });
  }
  return { signalId: row.signal_id, created: row.created, ownerId: row.owner_id, revision: row.revision };
}

function check(signal: unknown): z.infer<typeof SignalRequest> {
  const parsed = SignalRequest.safeParse(signal);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = String(issue?.path[0] ?? "");
  throw new InvalidRequestError(`${field} of a signal: ${issue?.message ?? "invalid"}`, {
    context: { field, value: Reflect.get(Object(signal), field), expected: issue?.message },
    cause: parsed.error,
  });
}
