import type { Connection } from "../../database/database.ts";
import { array, int8, nullable, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import { UnreadableValueError } from "../../errors/index.ts";
import { isEnvelope } from "../../secrets/envelope.ts";
import { describePlace, type Encryption, type ValuePlace } from "../../vault/encryption.ts";
import { StoredJson } from "../stored-json.ts";

/**
 * Gives tasks that have no seal the ones proposed, and reads those of all. A task to which somebody else has given one meanwhile
 * comes without: it is to be asked for again. Rows are locked in the order of their ids, as commits do.
 */
export const findSeals = statement({
  name: "find_seals",
  text: `
    with asked as materialized (
      select a.task_id, a.proposed from unnest($1::bigint[], $2::varchar[]) as a(task_id, proposed)
    ), missing as materialized (
      select r.task_id, a.proposed from asked a join tasker_task_runs r using (task_id)
      where r.seal is null order by r.task_id for no key update of r
    ), given as (
      update tasker_task_runs r set seal = m.proposed from missing m where r.task_id = m.task_id
      returning r.task_id, r.seal
    )
    select r.task_id, coalesce(g.seal, r.seal) as seal
    from asked a join tasker_task_runs r using (task_id) left join given g using (task_id)`,
  parameters: [array(int8), array(varchar)],
  columns: { task_id: int8, seal: nullable(varchar) },
});

/** How often seals are asked for. */
const MOST_ASKS = 3;

/** Encrypts and decrypts the values of one task. */
export class TaskSeal {
  /** As it stands in the task's run row. */
  readonly id: string;
  readonly #encryption: Encryption;

  constructor(id: string, encryption: Encryption) {
    this.id = id;
    this.#encryption = encryption;
  }

  encrypt(text: string, column: ValuePlace["column"], step: string | null): string {
    return this.#encryption.seal(text, { seal: this.id, column, step });
  }

  /** @throws UnreadableValueError */
  decrypt(value: Parameters<Encryption["open"]>[0], column: ValuePlace["column"], step: string | null): string {
    return this.#encryption.open(value, { seal: this.id, column, step });
  }
}

/** The text that a column gets: as it is, or encrypted where the task has a seal. */
export function storedText(
  json: StoredJson,
  seal: TaskSeal | null,
  column: ValuePlace["column"],
  step: string | null,
): string {
  return seal === null ? json.text : seal.encrypt(json.text, column, step);
}

/**
 * A value that was read from a column. An encrypted one is decrypted when somebody reads it, and whoever reads it gets the error if
 * it cannot be.
 */
export function readStored(
  value: unknown,
  seal: TaskSeal | null,
  column: ValuePlace["column"],
  step: string | null,
): StoredJson {
  if (!isEnvelope(value)) return StoredJson.of(value);
  return StoredJson.late(() => {
    if (seal !== null) return seal.decrypt(value, column, step);
    const reason = `it was encrypted with the key ${JSON.stringify(value.kid)}, and there is no encryption here`;
    throw new UnreadableValueError({ what: describePlace({ column, step }), reason, isDamaged: false });
  });
}

/** The seals of tasks, made where they have none yet; none if nothing is encrypted. */
export async function loadSeals(
  connection: Connection,
  encryption: Encryption | null,
  taskIds: readonly number[],
): Promise<ReadonlyMap<number, TaskSeal>> {
  const seals = new Map<number, TaskSeal>();
  if (encryption === null) return seals;
  for (let missing = taskIds, asks = 0; missing.length > 0; missing = missing.filter((taskId) => !seals.has(taskId))) {
    if (asks++ === MOST_ASKS) throw new RangeError(`the tasks ${missing.join(", ")} have no run row to be sealed by`);
    const rows = await connection.run(findSeals, [missing, missing.map(() => encryption.newSeal())]);
    for (const { task_id: taskId, seal } of rows) {
      if (seal !== null) seals.set(taskId, new TaskSeal(seal, encryption));
    }
  }
  return seals;
}
