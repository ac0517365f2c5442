import { type LogRow, machineOf } from "./log-row.ts";

/**
 * Puts rows in the order in which their events are told. Within a task that is the order in which things happened: first
 * its creation; then by `seq`, with the rows of other writers between them by their time, but never before a row that the
 * same task or step went through earlier. Between tasks it is by time as far as that allows.
 */
export function orderRows(rows: readonly LogRow[]): readonly LogRow[] {
  const stories = Map.groupBy(rows, storyOf);
  const ordered: { readonly row: LogRow; readonly at: number }[] = [];
  for (const story of stories.values()) {
    let at = 0;
    for (const row of orderStory(story)) {
      at = Math.max(at, row.at);
      ordered.push({ row, at });
    }
  }
  // The sort is stable: what is equal stays in the order of its story.
  return ordered.sort((a, b) => a.at - b.at).map(({ row }) => row);
}

const storyOf = ({ taskId, id }: LogRow): string => (taskId === null ? `event ${id}` : `task ${taskId}`);

function orderStory(rows: readonly LogRow[]): readonly LogRow[] {
  if (rows.length === 1) return rows;
  const creation = rows.filter(({ source }) => source === "tasks");
  const numbered = rows.filter(({ source, seq }) => source !== "tasks" && seq !== null).sort(bySeq);
  const others = rows.filter(({ source, seq }) => source !== "tasks" && seq === null);
  return [...creation, ...(others.length === 0 ? numbered : merge(numbered, orderByTime(others)))];
}

const bySeq = (a: LogRow, b: LogRow) => (a.seq ?? 0) - (b.seq ?? 0) || a.id - b.id;

/** By time, but each machine's rows in their order, also where the clocks of their writers differ. */
function orderByTime(rows: readonly LogRow[]): readonly LogRow[] {
  const machines = Map.groupBy(rows, (row) => machineOf(row) ?? `event ${row.id}`);
  const timed = [...machines.values()].flatMap((machine) => {
    let at = 0;
    return machine
      .sort((a, b) => a.sortKey - b.sortKey)
      .map((row) => {
        at = Math.max(at, row.at);
        return { row, at };
      });
  });
  return timed.sort((a, b) => a.at - b.at).map(({ row }) => row);
}

/** Merges two lists that are in order, keeping the order of each. */
function merge(numbered: readonly LogRow[], others: readonly LogRow[]): readonly LogRow[] {
  const merged: LogRow[] = [];
  let [n, o] = [0, 0];
  for (;;) {
    const [one, other] = [numbered[n], others[o]];
    if (one === undefined || other === undefined) return [...merged, ...numbered.slice(n), ...others.slice(o)];
    const otherWaits = comesAfterOneOf(other, numbered, n);
    const oneWaits = comesAfterOneOf(one, others, o);
    const takesOne = otherWaits === oneWaits ? one.at <= other.at : otherWaits;
    merged.push(takesOne ? one : other);
    if (takesOne) n += 1;
    else o += 1;
  }
}

/** Whether one of the rows from `start` on is an earlier one of the same machine. */
function comesAfterOneOf(row: LogRow, rows: readonly LogRow[], start: number): boolean {
  const machine = machineOf(row);
  return (
    machine !== null &&
    rows.some((other, place) => place >= start && machineOf(other) === machine && other.sortKey < row.sortKey)
  );
}
