import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../src/database/database.ts";
import { takePermitsStatement } from "../../../src/engine/limits/take-permits.ts";
import { register } from "../../../src/engine/membership/process-registration.ts";
import { describeEachDatabase } from "../../support/test-database.ts";
import { grant, type ModelLimit, type ModelState, roomInWindow } from "./permit-model.ts";

const rateOf = fc.record({ count: fc.integer({ min: 1, max: 6 }), perMs: fc.integer({ min: 1, max: 3_000 }) });

describe("the rule of a rate", () => {
  test("allows no more starts in any span of its time than its count, and no fewer than that", () => {
    fc.assert(
      fc.property(rateOf, fc.array(fc.nat(1_500), { maxLength: 60 }), (rate, pauses) => {
        const starts: number[] = [];
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          const { room, waitMs } = roomInWindow(starts, now, rate);
          const inSpan = starts.filter((at) => at > now - rate.perMs).length;
          expect(room).toBe(rate.count - inSpan);
          if (room > 0) {
            starts.push(now);
          } else {
            // It says when to come again: a moment before is too early.
            expect(roomInWindow(starts, now + waitMs, rate).room).toBeGreaterThan(0);
            expect(roomInWindow(starts, now + waitMs - 1, rate).room).toBe(0);
          }
        }
        for (const [place, at] of starts.entries()) {
          const next = starts[place + rate.count];
          if (next !== undefined) expect(next - at).toBeGreaterThanOrEqual(rate.perMs);
        }
      }),
    );
  });
});

const EPOCH = Date.UTC(2026, 0, 1);

interface Group {
  readonly limits: readonly ModelLimit[];
  readonly asked: number;
}

type Spans = Readonly<Record<string, number>>;

/** A limit; the time of its rate is the limiter's: a start is remembered for the time of the rate under which it was made. */
const limit = (limiter: string, spans: Spans): fc.Arbitrary<ModelLimit> =>
  fc
    .record({
      limiter: fc.constant(limiter),
      concurrency: fc.option(fc.integer({ min: 1, max: 4 })),
      rate: fc.option(fc.record({ count: fc.integer({ min: 1, max: 6 }), perMs: fc.constant(spans[limiter] ?? 1) })),
    })
    .filter(({ concurrency, rate }) => concurrency !== null || rate !== null);

const group = (spans: Spans): fc.Arbitrary<Group> =>
  fc.record({
    limits: fc
      .subarray(["a", "b", "c"], { minLength: 1 })
      .chain((names) => fc.tuple(...names.map((name) => limit(name, spans)))),
    asked: fc.integer({ min: 0, max: 5 }),
  });

const span = fc.integer({ min: 1, max: 3_000 });
const calls = fc.record({ a: span, b: span, c: span }).chain((spans) =>
  fc.array(
    fc.record({
      pause: fc.nat(1_500),
      /** Permits in use that are given back, by place. */
      givenBack: fc.array(fc.nat(20), { maxLength: 4 }),
      groups: fc.array(group(spans), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
);

describeEachDatabase("permits taken in the database", (open) => {
  let database: Database;
  let processId: number;
  beforeAll(async () => {
    database = await open();
    processId = await register(database, "1.0.0", 600_000);
  });
  afterAll(() => database.close());

  const take = async (nowMs: number, givenBack: readonly number[], groups: readonly object[], by = processId) =>
    database.run(takePermitsStatement, [
      by,
      1,
      false,
      new Date(nowMs),
      givenBack.length === 0 ? null : givenBack,
      1_000,
      JSON.stringify(groups),
    ]);

  const encode = ({ limits }: Group, permitNos: readonly number[], place: number) => ({
    g: place,
    l: limits.map(({ limiter, concurrency, rate }) => ({
      i: limiter,
      c: concurrency,
      n: rate?.count ?? null,
      s: rate === null ? null : rate.perMs / 1_000,
    })),
    w: permitNos.map((permitNo) => [permitNo, permitNo, permitNo]),
    k: permitNos.length,
    o: 0,
    h: false,
  });

  test("are those that the rules grant, whatever is asked for and given back in whatever order", async () => {
    await fc.assert(
      fc.asyncProperty(calls, async (drawn) => {
        await database.execute("truncate tasker_permits, tasker_rate_starts, tasker_limit_waits");
        let state: ModelState = { permits: [], starts: [] };
        let now = EPOCH;
        let last = 0;
        for (const { pause, givenBack, groups } of drawn) {
          now += pause;
          const inUse = [...new Set(state.permits.map(({ permitNo }) => permitNo))];
          const back = givenBack.flatMap((place) => inUse[place] ?? []);
          state = { ...state, permits: state.permits.filter(({ permitNo }) => !back.includes(permitNo)) };
          const numbered = groups.map((one) => ({
            one,
            permitNos: Array.from({ length: one.asked }, () => ++last),
          }));
          const rows = await take(
            now,
            back,
            numbered.map(({ one, permitNos }, place) => encode(one, permitNos, place)),
          );
          for (const [place, { one, permitNos }] of numbered.entries()) {
            const expected = grant(state, one.limits, permitNos, now);
            state = expected.state;
            const row = rows[place];
            expect(row).toMatchObject({ place, granted: expected.granted });
            if (expected.granted === permitNos.length) continue;
            const refuser = one.limits.find(({ limiter }) => limiter === row?.refused_by);
            expect(refuser).toBeDefined();
            if (row?.wait_ms == null || refuser?.rate == null) continue;
            const starts = state.starts.filter(({ limiter }) => limiter === refuser.limiter).map(({ at }) => at);
            expect(row.wait_ms).toBeCloseTo(roomInWindow(starts, now, refuser.rate).waitMs, 3);
          }
          const permits = await database.query("select permit_no, limiter from tasker_permits");
          const key = (permitNo: unknown, limiter: unknown) => `${permitNo} ${limiter}`;
          expect(permits.map((row) => key(row.permit_no, row.limiter)).sort()).toEqual(
            state.permits.map(({ permitNo, limiter }) => key(permitNo, limiter)).sort(),
          );
        }
      }),
      { numRuns: 20 },
    );
  });

  test("are none for a process that was declared dead", async () => {
    const other = await register(database, "1.0.0", 600_000);
    await database.execute(
      `update tasker_processes set stopped_at = now() at time zone 'UTC' where process_id = ${other}`,
    );
    const one: Group = { limits: [{ limiter: "dead", concurrency: 5, rate: null }], asked: 1 };
    expect(await take(EPOCH, [], [encode(one, [1], 0)], other)).toEqual([]);
    expect(await database.query("select from tasker_permits where limiter = 'dead'")).toEqual([]);
  });

  test("go to the process whose step has waited longer by more than its patience, as long as it asks for it", async () => {
    const other = await register(database, "1.0.0", 600_000);
    const one: Group = { limits: [{ limiter: "fair", concurrency: 1, rate: null }], asked: 1 };
    const waited = (permitNo: number, ms: number) => ({ ...encode(one, [permitNo], 1), o: ms, h: true });
    const granted = async (rows: ReturnType<typeof take>) => (await rows)[0]?.granted;
    expect(await granted(take(EPOCH, [], [waited(901, 0)]))).toBe(1);
    expect(await granted(take(EPOCH, [], [waited(1, 5_000)], other))).toBe(0);
    // What it gives back it does not take again: somebody came long before.
    expect(await granted(take(EPOCH, [901], [waited(902, 3_999)]))).toBe(0);
    expect(await granted(take(EPOCH, [], [waited(902, 4_000)]))).toBe(1);
    expect(await granted(take(EPOCH + 100, [902], [waited(903, 0)]))).toBe(0);
    expect(await granted(take(EPOCH + 200, [], [waited(2, 5_200)], other))).toBe(1);
    expect(await database.query("select process_id, waiting from tasker_limit_waits where limiter = 'fair'")).toEqual([
      { process_id: processId, waiting: 1 },
    ]);
    // The other one stands there, but asks no more: it would have half its patience after it was told to.
    expect(await granted(take(EPOCH + 300, [], [waited(3, 9_000)], other))).toBe(0);
    await database.run(takePermitsStatement, [other, 1, false, new Date(EPOCH + 300), [2], 1_000, null]);
    expect(await granted(take(EPOCH + 1_799, [], [waited(904, 0)]))).toBe(0);
    expect(await granted(take(EPOCH + 1_800, [], [waited(904, 0)]))).toBe(1);
  });

  test("are not given to a call that comes after it was given up", async () => {
    const by = await register(database, "1.0.0", 600_000);
    const limits = [{ limiter: "late", concurrency: 1, rate: null }];
    const call = (callNo: number, fence: boolean, groups: readonly object[] | null) =>
      database.run(takePermitsStatement, [
        by,
        callNo,
        fence,
        new Date(EPOCH),
        fence ? [1] : null,
        1_000,
        groups === null ? null : JSON.stringify(groups),
      ]);
    expect(await call(3, true, null)).toEqual([]);
    expect(await call(2, false, [encode({ limits, asked: 1 }, [1], 0)])).toEqual([]);
    // One that gave up even earlier calls was given up itself, and comes last.
    expect(await call(1, true, null)).toEqual([]);
    expect(await call(2, false, [encode({ limits, asked: 1 }, [1], 0)])).toEqual([]);
    expect(await call(4, false, [encode({ limits, asked: 1 }, [2], 0)])).toMatchObject([{ granted: 1 }]);
    expect(await database.query("select from tasker_permits where limiter = 'late'")).toHaveLength(1);
  });

  test("leave nothing behind: starts that are over are removed with those of later ones, of whatever limiter", async () => {
    const rated = (limiter: string): Group => ({
      limits: [{ limiter, concurrency: null, rate: { count: 1, perMs: 1_000 } }],
      asked: 1,
    });
    await database.execute("truncate tasker_rate_starts");
    for (let place = 0; place < 6; place++) await take(EPOCH, [], [encode(rated(`customer ${place}`), [place], 0)]);
    for (let place = 6; place < 9; place++)
      await take(EPOCH + 1_000, [], [encode(rated(`customer ${place}`), [place], 0)]);
    expect(await database.query("select distinct started_at from tasker_rate_starts")).toHaveLength(1);
    expect(await database.query("select from tasker_rate_starts")).toHaveLength(3);
  });
});
