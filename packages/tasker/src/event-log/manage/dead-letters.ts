import { type Clock, systemClock } from "../../clock/clock.ts";
import type { Connection, Database } from "../../database/database.ts";
import { array, int4, int8, jsonb, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import { type RowOf, statement } from "../../database/statement.ts";
import { DeadLetterNotFoundError } from "../../errors/index.ts";
import type { TaskerEvent } from "../../events/event.ts";
import { readStoredEvent } from "../stored-event.ts";

/** An event that a durable subscriber was not able to take in all its attempts. */
export interface DeadLetter {
  readonly id: number;
  readonly subscriber: string;
  readonly event: TaskerEvent;
  readonly attempts: number;
  /** Class, message and code of the last error. */
  readonly error: unknown;
  /** When it was first to be delivered. */
  readonly firstAt: Date;
  /** When it was given up. */
  readonly diedAt: Date;
}

/** Which dead letters; what is absent filters nothing. */
export interface DeadLetterFilter {
  readonly subscriber?: string | undefined;
  readonly event?: string | undefined;
  readonly taskId?: number | undefined;
  /** Only those with greater ids: to read on. Default: 0. */
  readonly after?: number;
  /** Most letters. Default: 100. */
  readonly limit?: number;
}

const LETTER = {
  dead_letter_id: int8,
  subscriber: varchar,
  event: jsonb,
  attempts: int4,
  error: nullable(jsonb),
  first_at: timestamp,
  died_at: timestamp,
};

/** Dead letters, oldest first. */
export const readDeadLetters = statement({
  name: "dead_letters",
  text: `
    select d.dead_letter_id, s.name as subscriber, d.event, d.attempts, d.error, d.first_at, d.died_at
    from tasker_dead_letters d join tasker_event_subscribers s on s.subscriber_id = d.subscriber_id
    where d.dead_letter_id > $1 and ($2::text is null or s.name = $2::text)
      and ($3::text is null or d.event_name = $3::text) and ($4::int8 is null or d.task_id = $4::int8)
    order by d.dead_letter_id limit $5`,
  parameters: [int8, nullable(text), nullable(text), nullable(int8), int8],
  columns: LETTER,
});

/** One dead letter. */
export const readDeadLetter = statement({
  name: "dead_letter",
  text: `
    select d.dead_letter_id, s.name as subscriber, d.event, d.attempts, d.error, d.first_at, d.died_at
    from tasker_dead_letters d join tasker_event_subscribers s on s.subscriber_id = d.subscriber_id
    where d.dead_letter_id = $1`,
  parameters: [int8],
  columns: LETTER,
});

/** Keeps those who run the subscribers of dead letters from writing what becomes of deliveries, to the transaction's end. */
export const lockSubscribersOfLetters = statement({
  name: "dead_letters_lock",
  text: `
    select s.subscriber_id from tasker_event_subscribers s
    where s.subscriber_id in (
      select d.subscriber_id from tasker_dead_letters d where d.dead_letter_id = any($1::int8[])
    )
    order by s.subscriber_id for no key update`,
  parameters: [array(int8)],
  columns: { subscriber_id: int4 },
});

/**
 * Gives dead letters to their subscribers once more; their attempts are counted anew. Behind deliveries of the same task they wait
 * for their turn.
 */
export const reviveDeadLetters = statement({
  name: "dead_letters_revive",
  text: `
    with gone as (delete from tasker_dead_letters d where d.dead_letter_id = any($1::int8[]) returning d.*), revived as (
      insert into tasker_event_deliveries (subscriber_id, task_id, event, attempts, due_at, error, created_at)
      select g.subscriber_id, g.task_id, g.event, 0, case when g.place = 1 and not exists (
          select from tasker_event_deliveries d where d.subscriber_id = g.subscriber_id and d.task_id = g.task_id
        ) or g.task_id is null then $2::timestamp end, g.error, $2::timestamp
      from (
        select g.*, row_number() over (partition by g.subscriber_id, g.task_id order by g.dead_letter_id) as place from gone g
      ) g
      order by g.dead_letter_id
    )
    select g.dead_letter_id from gone g`,
  parameters: [array(int8), timestamp],
  columns: { dead_letter_id: int8 },
});

/** Deletes dead letters. */
export const deleteDeadLetters = statement({
  name: "dead_letters_delete",
  text: "delete from tasker_dead_letters d where d.dead_letter_id = any($1::int8[]) returning d.dead_letter_id",
  parameters: [array(int8)],
  columns: { dead_letter_id: int8 },
});

/** Dead letters, oldest first. */
export async function listDeadLetters(
  connection: Connection,
  { subscriber, event, taskId, after = 0, limit = 100 }: DeadLetterFilter = {},
): Promise<readonly DeadLetter[]> {
  const parameters = [after, subscriber ?? null, event ?? null, taskId ?? null, limit] as const;
  return (await connection.run(readDeadLetters, parameters)).map(toDeadLetter);
}

/** One dead letter. @throws DeadLetterNotFoundError */
export async function findDeadLetter(connection: Connection, id: number): Promise<DeadLetter> {
  const [row] = await connection.run(readDeadLetter, [id]);
  if (row === undefined) throw notFound([id]);
  return toDeadLetter(row);
}

/** Options of what changes dead letters. */
export interface DeadLetterChange {
  readonly clock?: Clock;
  /** What becomes of the others if some of the letters are not there: `refuse` changes nothing. Default: `refuse`. */
  readonly missing?: "refuse" | "pass_over";
  /** What else the transaction writes, such as an entry of an audit log. Given the ids that were changed. Default: nothing. */
  readonly alongside?: (transaction: Connection, ids: readonly number[]) => Promise<void>;
}

/**
 * Gives dead letters to their subscribers once more, all or none. Whoever runs the subscriber takes them within a third of its
 * lease. Later events of their tasks may have been delivered long before; those that come meanwhile wait.
 * @returns the ids of those that were changed
 * @throws DeadLetterNotFoundError that names the ids that there are none of; then nothing has changed
 */
export function retryDeadLetters(
  connection: Database,
  ids: readonly number[],
  options: DeadLetterChange = {},
): Promise<readonly number[]> {
  const now = new Date((options.clock ?? systemClock).now());
  return change(connection, ids, options, async (transaction) => {
    await transaction.run(lockSubscribersOfLetters, [ids]);
    return transaction.run(reviveDeadLetters, [ids, now]);
  });
}

/** Deletes dead letters for good. @throws DeadLetterNotFoundError as {@link retryDeadLetters}, and @returns what it does */
export function discardDeadLetters(
  connection: Database,
  ids: readonly number[],
  options: Omit<DeadLetterChange, "clock"> = {},
): Promise<readonly number[]> {
  return change(connection, ids, options, (transaction) => transaction.run(deleteDeadLetters, [ids]));
}

function change(
  connection: Database,
  ids: readonly number[],
  { missing: whatOfMissing = "refuse", alongside }: DeadLetterChange,
  apply: (transaction: Connection) => Promise<readonly { readonly dead_letter_id: number }[]>,
): Promise<readonly number[]> {
  return connection.transaction(async (transaction) => {
    const found = new Set((await apply(transaction)).map((row) => row.dead_letter_id));
    const missing = ids.filter((id) => !found.has(id));
    if (missing.length > 0 && whatOfMissing === "refuse") throw notFound(missing);
    const changed = ids.filter((id) => found.has(id));
    await alongside?.(transaction, changed);
    return changed;
  });
}

function notFound(ids: readonly number[]): DeadLetterNotFoundError {
  const what = ids.length === 1 ? `dead letter ${ids[0]}` : `dead letters ${ids.join(", ")}`;
  return new DeadLetterNotFoundError(`there is no ${what}`, { context: { ids } });
}

function toDeadLetter(row: RowOf<typeof LETTER>): DeadLetter {
  const { dead_letter_id: id, subscriber, attempts, error, first_at: firstAt, died_at: diedAt } = row;
  return { id, subscriber, event: readStoredEvent(row.event), attempts, error, firstAt, diedAt };
}
