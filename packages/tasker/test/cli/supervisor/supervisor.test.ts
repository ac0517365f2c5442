import { describe, expect, test } from "vitest";
import { Supervisor } from "../../../src/cli/supervisor/supervisor.ts";
import type { Worker, WorkerEnd } from "../../../src/cli/supervisor/worker.ts";
import { ManualClock } from "../../../src/testing/run/manual-clock.ts";

/** A worker of a test, which ends when the test says so. */
class FakeWorker implements Worker {
  readonly pid = 1;
  stops = 0;
  readonly #working = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<WorkerEnd>();
  readonly working = this.#working.promise;
  readonly ended = this.#ended.promise;

  stop(): void {
    this.stops += 1;
  }

  work(): Promise<void> {
    this.#working.resolve();
    return settle();
  }

  end(code: number | null, signal: string | null = null): Promise<void> {
    this.#ended.resolve({ code, signal });
    return settle();
  }
}

/** Lets what follows from a promise happen. */
const settle = () => new Promise<void>((resolve) => void setImmediate(resolve));

function supervise(count: number) {
  const workers: FakeWorker[] = [];
  const notes: string[] = [];
  const clock = new ManualClock();
  const asked = Promise.withResolvers<"signal">();
  const forced = Promise.withResolvers<void>();
  const supervisor = new Supervisor({
    count,
    clock,
    note: (text) => void notes.push(text),
    launch: () => {
      const worker = new FakeWorker();
      workers.push(worker);
      return worker;
    },
  });
  const code = supervisor.run({ asked: asked.promise, forced: forced.promise });
  const stop = () => {
    asked.resolve("signal");
    return settle();
  };
  const force = () => {
    forced.resolve();
    return settle();
  };
  return { workers, notes, clock, supervisor, code, stop, force };
}

describe("a supervisor", () => {
  test("starts a worker that has died again, later with each time in a row", async () => {
    const { workers, notes, clock, code, stop } = supervise(1);
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      const worker = workers.at(-1);
      await worker?.work();
      await worker?.end(null, "SIGKILL");
      expect(notes.at(-1)).toBe(`worker 1 was ended by SIGKILL, it is started again in ${seconds}s`);
      const before = workers.length;
      clock.advance(seconds * 1_000 - 1);
      expect(workers).toHaveLength(before);
      clock.advance(1);
      expect(workers).toHaveLength(before + 1);
    }
    clock.advance(60_000);
    await workers.at(-1)?.end(1);
    expect(notes.at(-1)).toBe("worker 1 ended with code 1, it is started again in 1s");
    // While none runs there is nothing to wait for.
    await stop();
    expect(await code).toBe(0);
  });

  test("gives up if no worker ever gets to work: it would be the same with the others", async () => {
    const { workers, code } = supervise(2);
    await workers[0]?.end(2);
    expect(workers[1]?.stops).toBe(1);
    await workers[1]?.end(0);
    expect(await code).toBe(2);
  });

  test("stops all workers when asked, and again when asked again", async () => {
    const { workers, code, stop, force } = supervise(2);
    await stop();
    expect(workers.map(({ stops }) => stops)).toEqual([1, 1]);
    await workers[0]?.end(0);
    await force();
    expect(workers[1]?.stops).toBe(2);
    await workers[1]?.end(130);
    expect(await code).toBe(130);
  });

  test("ends when every worker has done what there was to do", async () => {
    const { workers, code } = supervise(2);
    await workers[0]?.work();
    await workers[0]?.end(0);
    await workers[1]?.end(0);
    expect([await code, workers.length]).toEqual([0, 2]);
  });

  test("replaces the workers one after the other", async () => {
    const { workers, supervisor, code, stop } = supervise(2);
    const rolled = supervisor.roll();
    await settle();
    expect(workers.map(({ stops }) => stops)).toEqual([1, 0]);
    await workers[0]?.end(0);
    expect(workers.map(({ stops }) => stops)).toEqual([1, 0, 0]);
    await workers[2]?.work();
    expect(workers.map(({ stops }) => stops)).toEqual([1, 1, 0]);
    await workers[1]?.end(0);
    await workers[3]?.work();
    await rolled;
    expect(workers.map(({ stops }) => stops)).toEqual([1, 1, 0, 0]);
    await stop();
    await workers[2]?.end(0);
    await workers[3]?.end(0);
    expect(await code).toBe(0);
  });
});
