import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cursorAt, decodeCursor, encodeCursor, type LogCursor } from "../../src/event-log/cursor/log-cursor.ts";
import { LOG_SOURCES, type LogSource, type PerSource, perSource } from "../../src/event-log/cursor/log-source.ts";
import { type LogLook, Settlement } from "../../src/event-log/cursor/settlement.ts";
import type { LogRow } from "../../src/event-log/reading/log-row.ts";
import { orderRows } from "../../src/event-log/reading/order-rows.ts";
import {
  advanceCursor,
  cutReading,
  type FirstLeft,
  holdBack,
  nextLimits,
  type Reading,
  type ReadingLimits,
  unreadRanges,
} from "../../src/event-log/reading/reading.ts";

const NOWHERE: PerSource<number> = { tasks: 0, taskRows: 0, stepRows: 0, events: 0 };

/** Rows that one transaction writes, in the order in which it takes their ids; `place` is their order in their tasks. */
interface Plan {
  readonly tasks: readonly number[];
  readonly rows: readonly { readonly source: LogSource; readonly task: number; readonly place: number }[];
  readonly commits: boolean;
}

interface OpenTransaction {
  readonly name: string;
  readonly plan: Plan;
  readonly number: number;
  readonly rows: LogRow[];
  hasWritten: boolean;
}

/** A database of which everything is known: transactions take ids when they like, and their rows are seen when they commit. */
class Model {
  readonly committed: LogRow[] = [];
  readonly #last: Record<LogSource, number> = { ...NOWHERE };
  #open: OpenTransaction[] = [];
  #number = 0;
  #time = 0;

  /** Begins a transaction, unless another one has one of its tasks: whoever writes to a task holds its lock to the end. */
  begin(plan: Plan): void {
    if (this.#open.some((other) => other.plan.tasks.some((task) => plan.tasks.includes(task)))) return;
    this.#number += 1;
    const name = `3/${this.#number}`;
    this.#open.push({ name, plan, number: this.#number, rows: [], hasWritten: false });
  }

  /** Lets one of the open transactions take its next id, or end if it has all. */
  step(choice: number, skew: number): void {
    const open = this.#open[choice % Math.max(this.#open.length, 1)];
    if (open === undefined) return;
    this.#time += 1;
    const next = open.plan.rows[open.rows.length];
    if (next === undefined) {
      this.#open = this.#open.filter((other) => other !== open);
      if (open.plan.commits) this.committed.push(...open.rows);
      return;
    }
    open.hasWritten = true;
    this.#last[next.source] += 1;
    open.rows.push(makeRow(next, this.#last[next.source], open.number * 100 + next.place, this.#time + skew));
  }

  finish(): void {
    while (this.#open.length > 0) this.step(0, 0);
  }

  look(): LogLook {
    return {
      upto: { ...this.#last },
      writers: new Set(this.#open.filter(({ hasWritten }) => hasWritten).map(({ name }) => name)),
    };
  }

  read(cursor: LogCursor, limit: number): Reading {
    return perSource((source) => {
      const ranges = unreadRanges(cursor[source]);
      const rows = this.committed
        .filter((row) => row.source === source && ranges.some(({ from, to }) => row.id >= from && row.id <= to))
        .sort((a, b) => a.id - b.id);
      return { rows: rows.slice(0, limit), more: rows.length > limit };
    });
  }
}

function makeRow(of: Plan["rows"][number], id: number, seq: number, at: number): LogRow {
  return {
    source: of.source,
    id,
    taskId: of.task,
    stepId: of.source === "stepRows" ? of.task : null,
    namedTaskId: null,
    namedStepId: null,
    correlationId: null,
    requestedAt: 0,
    fromState: null,
    toState: null,
    sortKey: seq,
    seq: of.source === "tasks" ? null : seq,
    details: {},
    name: null,
    eventId: null,
    at,
    writtenAt: at,
  };
}

/** Reads as the log's reader does. */
class ReaderUnderTest {
  readonly delivered: LogRow[] = [];
  readonly #model: Model;
  readonly #usual: ReadingLimits;
  #limits: ReadingLimits;
  #cursor = cursorAt(NOWHERE);
  #settlement = new Settlement(NOWHERE);

  constructor(model: Model, limit: number) {
    this.#model = model;
    this.#usual = { rows: limit, bytes: 1 };
    this.#limits = this.#usual;
  }

  get cursor(): LogCursor {
    return this.#cursor;
  }

  /** @param meanwhile what happens between two statements */
  read(meanwhile: () => void): void {
    const settled = this.#settlement.observe(this.#model.look());
    meanwhile();
    const cut = cutReading(this.#cursor, this.#model.read(this.#cursor, this.#limits.rows));
    meanwhile();
    const held = holdBack(cut, this.#firstLeft(cut.upto, cut.cutShort));
    this.#cursor = advanceCursor(this.#cursor, cut, held, settled);
    const rows = cut.rows.filter((row) => !held.includes(row));
    this.#limits = nextLimits(this.#limits, this.#usual, rows.length === 0 && cut.cutShort.size > 0);
    this.delivered.push(...orderRows(rows));
  }

  /** Goes on with what was stored. */
  restart(): void {
    this.#cursor = decodeCursor(JSON.parse(encodeCursor(this.#cursor)));
    this.#settlement = new Settlement(perSource((source) => this.#cursor[source].settled));
  }

  #firstLeft(upto: PerSource<number>, cutShort: ReadonlySet<LogSource>) {
    const left = this.#model.committed.filter(
      ({ source, id }) => source !== "tasks" && cutShort.has(source) && id > upto[source],
    );
    return [...Map.groupBy(left, ({ taskId }) => taskId ?? 0)].map(([taskId, rows]) => ({
      taskId,
      seq: Math.min(...rows.map(({ seq }) => seq ?? 0)),
      at: Math.min(...rows.map(({ at }) => at)),
      unnumberedAt: null,
    }));
  }
}

/** Rows of one or two tasks. The places of a transaction's rows are not the order in which it takes their ids. */
const plan: fc.Arbitrary<Plan> = fc
  .record({
    tasks: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 2 }),
    sources: fc.array(fc.constantFrom(...LOG_SOURCES.slice(1)), { minLength: 1, maxLength: 6 }),
    places: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6, maxLength: 6 }),
    commits: fc.boolean(),
  })
  .map(({ tasks, sources, places, commits }) => ({
    tasks,
    rows: sources.map((source, at) => ({ source, task: tasks[at % tasks.length] ?? 0, place: places[at] ?? 0 })),
    commits,
  }));
const move = fc.oneof(
  { weight: 3, arbitrary: plan.map((of) => ({ kind: "begin" as const, of })) },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("step" as const),
      choice: fc.nat(5),
      skew: fc.integer({ min: -20, max: 20 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("read" as const), between: fc.array(fc.nat(5), { maxLength: 4 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "restart" as const }) },
);

describe("reading the log", () => {
  test("gives every row that was committed once, each task's in their order, whatever transactions do", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 150, size: "max" }), fc.integer({ min: 1, max: 9 }), (moves, limit) => {
        const model = new Model();
        const reader = new ReaderUnderTest(model, limit);
        for (const made of moves) {
          if (made.kind === "begin") model.begin(made.of);
          else if (made.kind === "step") model.step(made.choice, made.skew);
          else if (made.kind === "restart") reader.restart();
          else {
            const between = [...made.between];
            reader.read(() => model.step(between.shift() ?? 0, 0));
          }
        }
        model.finish();
        for (let reads = 0; reads < 400 && reader.delivered.length < model.committed.length; reads++)
          reader.read(() => {});
        expect(reader.delivered.length).toBe(model.committed.length);
        expect(new Set(reader.delivered).size).toBe(model.committed.length);
        for (const story of Map.groupBy(reader.delivered, ({ taskId }) => taskId).values()) {
          const numbers = story.map(({ seq }) => seq);
          expect(numbers).toEqual(numbers.toSorted((a, b) => (a ?? 0) - (b ?? 0)));
        }
        // Nothing is looked for any more when everybody has ended.
        reader.read(() => {});
        reader.read(() => {});
        for (const source of LOG_SOURCES) expect(reader.cursor[source].missing).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("a row of a window that is cut short", () => {
  /** Whether a row of task 1 with a number and a time waits for what was left of its task. */
  const waits = (row: { seq: number | null; at: number }, left: Omit<FirstLeft, "taskId">): boolean => {
    const read = { ...makeRow({ source: "taskRows", task: 1, place: 1 }, 1, 0, row.at), seq: row.seq };
    const cut = { rows: [read], upto: { ...NOWHERE, taskRows: 1 }, cutShort: new Set(["stepRows"] as const) };
    return holdBack(cut, [{ taskId: 1, ...left }]).length > 0;
  };

  test("waits for a row with a lower number", () => {
    expect(waits({ seq: 5, at: 10 }, { seq: 4, at: 20, unnumberedAt: null })).toBe(true);
    expect(waits({ seq: 5, at: 30 }, { seq: 6, at: 20, unnumberedAt: null })).toBe(false);
  });

  test("waits for an earlier row of another writer, also if rows with greater numbers were left", () => {
    expect(waits({ seq: 5, at: 10 }, { seq: 6, at: 8, unnumberedAt: 8 })).toBe(true);
    expect(waits({ seq: 5, at: 10 }, { seq: 6, at: 8, unnumberedAt: 12 })).toBe(false);
    expect(waits({ seq: null, at: 10 }, { seq: 6, at: 8, unnumberedAt: 12 })).toBe(true);
  });
});
