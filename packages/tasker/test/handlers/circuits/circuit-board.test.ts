import { describe, expect, test } from "vitest";
import { CircuitOpenError, PermanentError, RetryableError } from "../../../src/errors/index.ts";
import { CircuitBoard, type CircuitSettings } from "../../../src/handlers/circuits/circuit-board.ts";
import {
  type CircuitKey,
  type CircuitStore,
  MemoryCircuits,
  type StoredCircuit,
} from "../../../src/handlers/circuits/circuit-store.ts";
import type { Circuit } from "../../../src/retry/circuit-breaker.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";

/** A store that counts how often it is asked, and may be away. */
class CountingStore implements CircuitStore {
  readonly #store = new MemoryCircuits();
  reads = 0;
  writes = 0;
  away = false;

  async read(keys: readonly CircuitKey[]): Promise<readonly StoredCircuit[]> {
    this.reads += 1;
    if (this.away) throw new Error("away");
    return this.#store.read(keys);
  }

  async write(key: CircuitKey, circuit: Circuit, version: number): Promise<number | null> {
    this.writes += 1;
    if (this.away) throw new Error("away");
    return this.#store.write(key, circuit, version);
  }
}

const settings: CircuitSettings = { name: "gateway", failures: 3, windowSeconds: 60, openSeconds: 30 };
const broken = () => Promise.reject(new Error("broken"));

function open(store: CircuitStore, clock: ManualClock) {
  const troubles: unknown[] = [];
  const closed: CircuitKey[] = [];
  const moved: string[] = [];
  const board = new CircuitBoard({
    store,
    clock,
    maxAgeMs: 500,
    onTrouble: (error) => troubles.push(error),
    onClosed: (key) => closed.push(key),
    onMoved: (_key, to) => moved.push(to),
  });
  const fail = async (times: number, work: () => Promise<unknown> = broken) => {
    for (let time = 0; time < times; time++) await board.run(settings, work).catch(() => undefined);
    await board.written();
  };
  return { board, troubles, closed, fail };
}

describe("the circuits of a process", () => {
  test("cost one look for all that goes through in a time, and nothing for a success", async () => {
    const store = new CountingStore();
    const clock = new ManualClock();
    const { board } = open(store, clock);
    await Promise.all(Array.from({ length: 50 }, () => board.run(settings, () => "fine")));
    expect([store.reads, store.writes]).toEqual([1, 0]);
    clock.advance(500);
    for (let time = 0; time < 50; time++) await board.run(settings, () => "fine");
    expect([store.reads, store.writes]).toEqual([2, 0]);
  });

  test("open after failures, which are written together where they come together", async () => {
    const store = new CountingStore();
    const { board, fail } = open(store, new ManualClock());
    await Promise.all(Array.from({ length: 40 }, () => fail(1)));
    expect(store.writes).toBeLessThanOrEqual(3);
    await expect(board.run(settings, () => "not called")).rejects.toThrow(CircuitOpenError);
  });

  test("count neither permanent failures nor those that say that the other side works", async () => {
    const { board, fail } = open(new CountingStore(), new ManualClock());
    await fail(5, () => Promise.reject(new PermanentError("no")));
    await fail(5, () => Promise.reject(new RetryableError("wait", { countsAsOutage: false })));
    expect(await board.run(settings, () => "through")).toBe("through");
    await fail(3, () => Promise.reject(new RetryableError("down")));
    await expect(board.run(settings, () => "not called")).rejects.toThrow("the circuit gateway is open");
  });

  test("are one for all processes: failures of all are counted, one of them probes, all learn what came of it", async () => {
    const store = new MemoryCircuits();
    const clock = new ManualClock();
    const [one, two] = [open(store, clock), open(store, clock)];
    await one.fail(2);
    await two.fail(1);
    clock.advance(500);
    for (const { board } of [one, two]) await expect(board.run(settings, () => "no")).rejects.toThrow(CircuitOpenError);

    clock.advance(30_000);
    let release = (_: string) => {};
    const probe = one.board.run(settings, () => new Promise<string>((resolve) => (release = resolve)));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(two.board.run(settings, () => "no")).rejects.toThrow(CircuitOpenError);
    release("works");
    expect(await probe).toBe("works");
    await one.board.written();
    expect(one.closed).toEqual([{ namespace: "default", name: "gateway" }]);
    clock.advance(500);
    expect(await two.board.run(settings, () => "through")).toBe("through");
    expect(two.closed).toHaveLength(1);
  });

  test("probe again when a probe has failed or is lost", async () => {
    const clock = new ManualClock();
    const { board, fail } = open(new MemoryCircuits(), clock);
    await fail(3);
    clock.advance(30_000);
    await fail(1);
    const refused = await board.run(settings, () => "no").catch((error: unknown) => error);
    expect(refused).toMatchObject({ circuit: "gateway", retryAt: clock.now() + 30_000 });
    clock.advance(30_000);
    void board.run(settings, () => new Promise(() => {}));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(board.run(settings, () => "no")).rejects.toThrow(CircuitOpenError);
    clock.advance(30_000);
    expect(await board.run(settings, () => "works")).toBe("works");
  });

  test("of different namespaces are different ones", async () => {
    const { board, fail } = open(new MemoryCircuits(), new ManualClock());
    await fail(3);
    expect(await board.run({ ...settings, namespace: "other" }, () => "through")).toBe("through");
  });

  test("let everything through while their store is away", async () => {
    const store = new CountingStore();
    store.away = true;
    const { board, fail, troubles } = open(store, new ManualClock());
    await fail(5);
    expect(await board.run(settings, () => "through")).toBe("through");
    expect(troubles.length).toBeGreaterThan(0);
  });
});
