import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PeerSight, PeerWatch } from "../../../src/engine/membership/peer-watch.ts";

const LEASE = 10_000;
/** What is seen of a process that has just begun. */
const alive: PeerSight = { processId: 1, beat: 1, leaseMs: LEASE, isExpired: false, isUnguarded: false };

/**
 * The time of the first of looks one second apart that finds the process dead; null if none does. A look may fail because the
 * server is down, or here alone.
 */
function deadAt(see: (at: number) => PeerSight | "down" | "failed", until = 60_000): number | null {
  const watch = new PeerWatch(3_000);
  for (let at = 0; at <= until; at += 1_000) {
    const sight = see(at);
    if (sight === "down") watch.forget();
    else if (sight !== "failed" && watch.look([sight], { askedAt: at, answeredAt: at }).length > 0) return at;
  }
  return null;
}

describe("a process is dead", () => {
  test("when no new beat was seen for a whole lease", () => {
    expect(deadAt(() => alive)).toBe(LEASE);
  });

  test("when its lease has ended by the database's clock, and no new beat was seen for 4 seconds", () => {
    expect(deadAt(() => ({ ...alive, isExpired: true }))).toBe(4_000);
  });

  test("when its connection is gone, and no new beat was seen for two and a half seconds since", () => {
    expect(deadAt((at) => ({ ...alive, isUnguarded: at >= 2_000 }))).toBe(5_000);
    // One that has lost its connection makes another one, and goes on.
    expect(deadAt((at) => ({ ...alive, beat: at >= 3_000 ? at : 1, isUnguarded: at === 2_000 }))).toBeNull();
  });

  test("never as long as it beats, though the database's clock jumps and calls everybody expired", () => {
    expect(deadAt((at) => ({ ...alive, beat: Math.floor(at / 3_000), isExpired: true }))).toBeNull();
  });

  test("not because the watcher was away, or the database: from then on, the time counts anew", () => {
    expect(deadAt((at) => (at > 8_000 && at < 30_000 ? "down" : { ...alive, isExpired: at >= 30_000 }))).toBe(34_000);
    expect(deadAt((at) => (at === 3_000 ? "down" : { ...alive, isExpired: true }))).toBe(8_000);
    const watch = new PeerWatch(3_000);
    const at = (ms: number) => ({ askedAt: ms, answeredAt: ms });
    watch.look([alive], at(0));
    expect(watch.look([{ ...alive, isExpired: true }], at(60_000))).toEqual([]);
    expect(watch.look([{ ...alive, isExpired: true }], at(62_000))).toEqual([]);
    expect(watch.look([{ ...alive, isExpired: true }], at(64_000))).toHaveLength(1);
  });
});

test("looks that fail here alone do not make a dead process live longer", () => {
  expect(deadAt((at) => (at % 3_000 === 0 ? { ...alive, isExpired: true } : "failed"))).toBe(6_000);
  expect(deadAt((at) => (at % 3_000 === 0 ? { ...alive, beat: at } : "failed"))).toBeNull();
});

test("whoever is declared dead was silent for a quarter of its lease at least, whatever is seen when", () => {
  const looks = fc.array(
    fc.record({
      gap: fc.nat({ max: 4_000 }),
      answer: fc.nat({ max: 1_000 }),
      beats: fc.boolean(),
      isExpired: fc.boolean(),
      isUnguarded: fc.boolean(),
      fails: fc.constantFrom(null, "here", "server"),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(looks, fc.integer({ min: 100, max: 30_000 }), (made, leaseMs) => {
      const watch = new PeerWatch(3_000);
      let [now, beat, firstSeenAt] = [0, 0, Number.POSITIVE_INFINITY];
      for (const { gap, answer, beats, fails, ...sight } of made) {
        now += gap;
        if (beats && fails !== "server") {
          beat += 1;
          firstSeenAt = Number.POSITIVE_INFINITY;
        }
        if (fails === "server") watch.forget();
        if (fails !== null) continue;
        const times = { askedAt: now, answeredAt: now + answer };
        const dead = watch.look([{ processId: 1, beat, leaseMs, ...sight }], times);
        if (dead.length > 0) expect(now - firstSeenAt).toBeGreaterThanOrEqual(0.25 * leaseMs);
        firstSeenAt = Math.min(firstSeenAt, now + answer);
        now += answer;
      }
    }),
  );
});
