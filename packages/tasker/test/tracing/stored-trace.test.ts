import { createTraceState, TraceFlags } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { readSpanContext, storeSpanContext, unsampled } from "../../src/tracing/stored-trace.ts";
import { deriveSpanId, TaskSpanIds } from "../../src/tracing/task-span-ids.ts";

const place = {
  traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
  spanId: "00f067aa0ba902b7",
  traceFlags: TraceFlags.SAMPLED,
};
const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

describe("a place in a trace", () => {
  test("is stored as the headers of W3C Trace Context, and read again as that of another process", () => {
    const stored = storeSpanContext({ ...place, traceState: createTraceState("rojo=1,congo=2") });
    expect(stored).toEqual({ traceparent, tracestate: "rojo=1,congo=2" });
    const read = readSpanContext({ traceparent, tracestate: "rojo=1,congo=2" });
    expect(read).toMatchObject({ ...place, isRemote: true });
    expect(read?.traceState?.get("congo")).toBe("2");
  });

  test("keeps no state that is longer than others have to pass on", () => {
    const traceState = createTraceState(`long=${"a".repeat(250)},longer=${"b".repeat(250)},more=${"c".repeat(50)}`);
    expect(storeSpanContext({ ...place, traceState })).toEqual({ traceparent, tracestate: null });
  });

  test("is none if it is not valid", () => {
    expect(storeSpanContext({ ...place, traceId: "0".repeat(32) })).toBeNull();
    for (const text of ["", "00-x", traceparent.slice(1), `00-${"0".repeat(32)}-00f067aa0ba902b7-01`]) {
      expect(readSpanContext({ traceparent: text, tracestate: null })).toBeNull();
    }
  });

  test("can be marked as not recorded", () => {
    expect(storeSpanContext(unsampled(place))?.traceparent).toBe(traceparent.replace(/01$/, "00"));
  });
});

describe("the ids of spans", () => {
  test("are random but where one is asked for", () => {
    const ids = new TaskSpanIds();
    expect(ids.generateTraceId()).toMatch(/^[0-9a-f]{32}$/);
    expect(ids.generateSpanId()).toMatch(/^[0-9a-f]{16}$/);
    const given: string[] = [];
    const begin = () => {
      given.push(ids.generateSpanId(), ids.generateSpanId());
      throw new Error("no span");
    };
    expect(() => ids.withSpanId("00f067aa0ba902b7", begin)).toThrow("no span");
    expect(given[0]).toBe("00f067aa0ba902b7");
    expect([given[1], ids.generateSpanId()]).not.toContain("00f067aa0ba902b7");
  });

  test("that are known before are the same in every process, and differ by trace and by what they are of", () => {
    const id = deriveSpanId(place.traceId, "task 1 10");
    expect(id).toBe(deriveSpanId(place.traceId, "task 1 10"));
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect([deriveSpanId(place.traceId, "task 1 30"), deriveSpanId("0".repeat(32), "task 1 10")]).not.toContain(id);
  });
});
