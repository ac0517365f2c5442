import { z } from "zod";
import { leavePermits, takePermitsStatement } from "../../src/engine/limits/take-permits.ts";
import type { Answers } from "./answers.ts";

const Groups = z.array(
  z.object({
    g: z.number(),
    l: z.array(
      z.object({ i: z.string(), c: z.number().nullable(), n: z.number().nullable(), s: z.number().nullable() }),
    ),
    w: z.array(z.tuple([z.number(), z.number(), z.number()])),
    k: z.number(),
    o: z.number(),
  }),
);
type Group = z.infer<typeof Groups>[number];

interface Call {
  readonly processId: number;
  readonly now: number;
  readonly patienceMs: number;
}

/** The permits of limited steps, by the contract of `tasker_take_permits`. */
export class StoredPermits {
  readonly #isGone: (processId: number) => boolean;
  #permits: { readonly processId: number; readonly permitNo: number; readonly limiter: string }[] = [];
  /** When steps were let through, by limiter, the newest first. */
  readonly #starts = new Map<string, number[]>();
  /** Groups of steps that wait, by process and number. */
  readonly #waits = new Map<string, { processId: number; limiter: string; oldestAt: number; nextAt: number }>();
  /** Calls of processes before these are given up. */
  readonly #firstCalls = new Map<number, number>();

  /** @param isGone whether a process was declared dead */
  constructor(answers: Answers, isGone: (processId: number) => boolean) {
    this.#isGone = isGone;
    answers.on(leavePermits, ([processId]) => {
      this.release(processId);
      return [];
    });
    answers.on(takePermitsStatement, ([processId, callNo, isFence, at, givenBack, patienceMs, groups]) => {
      if (isFence) this.#firstCalls.set(processId, callNo);
      this.#permits = this.#permits.filter(
        (permit) => permit.processId !== processId || givenBack?.includes(permit.permitNo) !== true,
      );
      if (groups === null || this.#isGone(processId) || (this.#firstCalls.get(processId) ?? 0) > callNo) return [];
      const call = { processId, now: at?.getTime() ?? 0, patienceMs };
      return Groups.parse(JSON.parse(String(groups))).map((group, place) => ({ place, ...this.#take(call, group) }));
    });
  }

  /** A process is gone, or leaves: what it held is free. */
  release(processId: number): void {
    this.#permits = this.#permits.filter((permit) => permit.processId !== processId);
    for (const [key, wait] of this.#waits) if (wait.processId === processId) this.#waits.delete(key);
  }

  #take(call: Call, { g, l: limits, w: wanted, k: waiting, o: waitedMs }: Group) {
    const { processId, now, patienceMs } = call;
    const oldestAt = now - waitedMs;
    let granted = wanted.length;
    let refusedBy: string | null = null;
    let waitMs: number | null = null;
    for (const limit of limits) {
      const room = this.#isOvertaking(call, limit.i, oldestAt) ? { left: 0, waitMs: null } : this.#roomIn(limit, now);
      if (room.left >= granted) continue;
      granted = Math.max(room.left, 0);
      refusedBy = limit.i;
      waitMs = room.waitMs;
    }
    for (const { i: limiter, c, n } of limits) {
      for (const [permitNo] of wanted.slice(0, granted)) {
        if (c !== null) this.#permits.push({ processId, permitNo, limiter });
        if (n !== null) this.#starts.set(limiter, [now, ...(this.#starts.get(limiter) ?? [])]);
      }
    }
    const key = `${processId} ${g}`;
    this.#waits.delete(key);
    if (refusedBy !== null && waiting > granted) {
      this.#waits.set(key, { processId, limiter: refusedBy, oldestAt, nextAt: now + (waitMs ?? patienceMs / 2) });
    }
    return { granted, refused_by: refusedBy, wait_ms: waitMs };
  }

  /** How many steps a limiter lets through; if that is a matter of time, when one more. */
  #roomIn({ i: limiter, c: most, n: count, s: seconds }: Group["l"][number], now: number) {
    const running = this.#permits.filter((permit) => permit.limiter === limiter).length;
    const left = most === null ? Number.POSITIVE_INFINITY : most - running;
    if (count === null || seconds === null) return { left, waitMs: null };
    const recent = (this.#starts.get(limiter) ?? []).filter((at) => at > now - seconds * 1_000);
    if (count - recent.length >= left) return { left, waitMs: null };
    const over = recent[Math.min(count, recent.length) - 1];
    return { left: count - recent.length, waitMs: over === undefined ? null : over + seconds * 1_000 - now };
  }

  /** Whether steps of another process came long before, and it asks for them. */
  #isOvertaking({ processId, now, patienceMs }: Call, limiter: string, oldestAt: number): boolean {
    return [...this.#waits.values()].some(
      (wait) =>
        wait.limiter === limiter &&
        wait.processId !== processId &&
        wait.oldestAt < oldestAt - patienceMs &&
        wait.nextAt > now - patienceMs,
    );
  }
}
