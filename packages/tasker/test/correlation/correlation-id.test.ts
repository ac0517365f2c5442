import { describe, expect, test } from "vitest";
import {
  correlationIdFrom,
  correlationIdFromHeaders,
  isCorrelationId,
  newCorrelationId,
} from "../../src/correlation/correlation-id.ts";

const source = { nowMs: 1_700_000_000_000, random: () => 0.5 };
const fresh = `tsk_${source.nowMs.toString(36)}_iiiiii`;

describe("a new correlation id", () => {
  test("is made of the time and six random characters", () => {
    expect(newCorrelationId(source)).toBe(fresh);
    expect(newCorrelationId()).toMatch(/^tsk_[0-9a-z]+_[0-9a-z]{6}$/);
  });

  test("is one that others may take over", () => {
    expect(isCorrelationId(newCorrelationId())).toBe(true);
  });

  test("is no other one's", () => {
    const ids = Array.from({ length: 100 }, () => newCorrelationId({ nowMs: source.nowMs }));
    expect(new Set(ids).size).toBe(100);
  });
});

describe("a correlation id from outside", () => {
  test.each(["a", "7", "req-1_b", "a".repeat(100)])("is taken over: %s", (id) => {
    expect(correlationIdFrom(id, source)).toBe(id);
  });

  test.each(["", "-a", "_a", "a b", "a\n", "ä", "a".repeat(101), null, undefined, 7])("is replaced: %j", (id) => {
    expect(correlationIdFrom(id, source)).toBe(fresh);
  });
});

describe("the correlation id of a request", () => {
  test("is found in a header of any case", () => {
    expect(correlationIdFromHeaders({ "x-correlation-id": "a-1" })).toBe("a-1");
    expect(correlationIdFromHeaders({ "X-Correlation-ID": ["a-1", "b"] })).toBe("a-1");
    expect(correlationIdFromHeaders(new Headers({ "X-Correlation-ID": "a-1" }))).toBe("a-1");
  });

  test("is looked for under another name if one is given", () => {
    expect(correlationIdFromHeaders({ "x-request-id": "r-1", "x-correlation-id": "a" }, "X-Request-ID")).toBe("r-1");
  });

  test("is a new one if there is none, or one that cannot be taken over", () => {
    expect(correlationIdFromHeaders({}, undefined, source)).toBe(fresh);
    expect(correlationIdFromHeaders(new Headers(), undefined, source)).toBe(fresh);
    expect(correlationIdFromHeaders({ "x-correlation-id": "two words" }, undefined, source)).toBe(fresh);
  });
});
