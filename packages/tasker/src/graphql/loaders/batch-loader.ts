import DataLoader from "dataloader";
import type { QueryBudget } from "../limits/query-budget.ts";

/** Most keys of one statement. */
const MOST_KEYS = 10_000;

/** Loads things by their ids: those that are asked for at the same moment with one statement, and each once in a request. */
export type BatchLoader<Value> = DataLoader<number, Value>;

/**
 * Makes a {@link BatchLoader}.
 * @param read what there is, by id
 * @param absent what an id gives of which nothing was read
 */
export function batchLoader<Value, Absent>(
  budget: QueryBudget,
  read: (ids: readonly number[]) => Promise<ReadonlyMap<number, Value>>,
  absent: Absent,
): BatchLoader<Value | Absent> {
  return new DataLoader(
    async (ids: readonly number[]) => {
      budget.take(0);
      const found = await read(ids);
      budget.take([...found.values()].reduce((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0));
      return ids.map((id) => found.get(id) ?? absent);
    },
    { maxBatchSize: MOST_KEYS },
  );
}

/** The same map with every value made into another one. */
export function mapValues<Value, Made>(
  map: ReadonlyMap<number, Value>,
  make: (value: Value) => Made,
): Map<number, Made> {
  return new Map([...map].map(([id, value]) => [id, make(value)]));
}
