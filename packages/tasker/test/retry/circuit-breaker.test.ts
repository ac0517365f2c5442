import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  admit,
  type Circuit,
  type CircuitPolicy,
  judge,
  NEW_CIRCUIT,
  type Verdict,
} from "../../src/retry/circuit-breaker.ts";

const policy: CircuitPolicy = { failures: 3, windowSeconds: 10, openSeconds: 5, probes: 2 };
const probe = (id: string, expiresAt = 1e15) => ({ id, expiresAt });
const failAt = (circuit: Circuit, ...seconds: number[]) =>
  seconds.reduce((current, second) => judge(current, policy, null, "failed", second * 1_000), circuit);
const opened = failAt(NEW_CIRCUIT, 1, 2, 3);

describe("a closed circuit", () => {
  test("lets everything through, and is changed by no success", () => {
    expect(admit(NEW_CIRCUIT, policy, probe("a"), 0)).toEqual({ circuit: NEW_CIRCUIT, admission: { kind: "free" } });
    expect(judge(NEW_CIRCUIT, policy, null, "worked", 0)).toBe(NEW_CIRCUIT);
    expect(judge(NEW_CIRCUIT, policy, null, "unknown", 0)).toBe(NEW_CIRCUIT);
  });

  test("opens with the failure that makes too many of them within the window", () => {
    expect(failAt(NEW_CIRCUIT, 1, 2)).toMatchObject({ state: "closed", failureTimes: [1_000, 2_000] });
    expect(opened).toEqual({ state: "open", since: 3_000, until: 8_000 });
    // The first is no longer counted when the third comes.
    expect(failAt(NEW_CIRCUIT, 1, 2, 11)).toMatchObject({ state: "closed", failureTimes: [2_000, 11_000] });
  });

  test("is not changed by what becomes of a probe that comes late", () => {
    expect(judge(NEW_CIRCUIT, policy, "late", "failed", 0)).toBe(NEW_CIRCUIT);
  });
});

describe("an open circuit", () => {
  test("lets nothing through until its time, then probes", () => {
    expect(admit(opened, policy, probe("a"), 7_999)).toEqual({
      circuit: opened,
      admission: { kind: "refused", retryAt: 8_000 },
    });
    expect(admit(opened, policy, probe("a"), 8_000)).toEqual({
      circuit: { state: "half_open", since: 8_000, probes: [probe("a")], successes: 0 },
      admission: { kind: "probe" },
    });
  });

  test("is not changed by what was started before it opened", () => {
    for (const verdict of ["worked", "failed", "unknown"] as const) {
      expect(judge(opened, policy, null, verdict, 4_000)).toBe(opened);
    }
  });
});

describe("a half-open circuit", () => {
  const half = admit(opened, policy, probe("a", 20_000), 8_000).circuit;
  const both = admit(half, policy, probe("b", 20_000), 9_000).circuit;

  test("lets so many probes through and no more", () => {
    expect(admit(half, policy, probe("b"), 9_000).admission).toEqual({ kind: "probe" });
    expect(admit(both, policy, probe("c"), 9_000)).toEqual({
      circuit: both,
      admission: { kind: "refused", retryAt: 14_000 },
    });
  });

  test("closes when all have worked, and counts those that have", () => {
    const one = judge(both, policy, "a", "worked", 10_000);
    expect(one).toMatchObject({ state: "half_open", successes: 1 });
    expect(admit(one, policy, probe("c"), 10_000).admission.kind).toBe("refused");
    expect(judge(one, policy, "b", "worked", 11_000)).toEqual({ state: "closed", since: 11_000, failureTimes: [] });
  });

  test("opens again with the first that fails", () => {
    expect(judge(both, policy, "b", "failed", 10_000)).toEqual({ state: "open", since: 10_000, until: 15_000 });
  });

  test("lets another probe through for one that says nothing, or is lost", () => {
    const without = judge(both, policy, "a", "unknown", 10_000);
    expect(admit(without, policy, probe("c"), 10_000).admission.kind).toBe("probe");
    expect(admit(both, policy, probe("c"), 20_000).admission.kind).toBe("probe");
  });

  test("lets one that is a probe already through once more, as the same probe", () => {
    expect(admit(both, policy, probe("a", 20_000), 9_500)).toEqual({ circuit: both, admission: { kind: "probe" } });
  });

  test("is not changed by others than its probes", () => {
    expect(judge(both, policy, null, "failed", 10_000)).toBe(both);
    expect(judge(both, policy, "stranger", "worked", 10_000)).toBe(both);
  });
});

test("whatever happens, an open circuit lets nothing through and a half-open one not more than its probes", () => {
  const policies = fc.record({
    failures: fc.integer({ min: 1, max: 5 }),
    windowSeconds: fc.integer({ min: 1, max: 20 }),
    openSeconds: fc.integer({ min: 1, max: 10 }),
    probes: fc.integer({ min: 1, max: 3 }),
  });
  const steps = fc.array(
    fc.record({
      waitMs: fc.integer({ min: 0, max: 4_000 }),
      verdict: fc.constantFrom<Verdict | "ask">("ask", "ask", "worked", "failed", "unknown"),
      pick: fc.nat(),
    }),
    { maxLength: 80 },
  );
  fc.assert(
    fc.property(policies, steps, (rules, script) => {
      let circuit: Circuit = NEW_CIRCUIT;
      let nowMs = 0;
      let ids = 0;
      const running: (string | null)[] = [];
      for (const { waitMs, verdict, pick } of script) {
        nowMs += waitMs;
        const before = circuit;
        if (verdict === "ask") {
          ids += 1;
          const answer = admit(circuit, rules, { id: `p${ids}`, expiresAt: Number.MAX_SAFE_INTEGER }, nowMs);
          circuit = answer.circuit;
          if (answer.admission.kind === "free") running.push(null);
          if (answer.admission.kind === "probe") running.push(`p${ids}`);
          if (before.state === "open" && nowMs < before.until) expect(answer.admission.kind).toBe("refused");
          if (answer.admission.kind === "refused") expect(answer.admission.retryAt).toBeGreaterThan(nowMs);
          if (before.state === "closed") expect(answer).toEqual({ circuit: before, admission: { kind: "free" } });
        } else if (running.length > 0) {
          const [one] = running.splice(pick % running.length, 1);
          circuit = judge(circuit, rules, one ?? null, verdict, nowMs);
          // Nobody but a probe closes a circuit, and nothing but a failure opens one.
          if (before.state !== "closed" && circuit.state === "closed")
            expect([one !== null, verdict]).toEqual([true, "worked"]);
          if (before.state !== "open" && circuit.state === "open") expect(verdict).toBe("failed");
        }
        if (circuit.state === "closed") expect(circuit.failureTimes.length).toBeLessThan(rules.failures);
        if (circuit.state === "half_open") {
          expect(circuit.probes.length + circuit.successes).toBeLessThanOrEqual(rules.probes);
          const waiting = new Set(circuit.probes.map(({ id }) => id));
          // Every probe that the circuit waits for is one that runs.
          expect(running.filter((id) => id !== null && waiting.has(id))).toHaveLength(waiting.size);
        }
      }
    }),
  );
});
