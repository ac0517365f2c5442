import type { StepWait } from "../../src/templates/step-wait.ts";
import { type Random, randomInteger, randomItem } from "../../src/testing/random.ts";

/** What a step of a simulated task waits for. */
export interface WaitPlan {
  readonly wait: StepWait;
  /** When the signal for it is sent, milliseconds since the beginning; null: never. */
  readonly sentAt: number | null;
  /** How the wait ends: null if both a signal and the time may come first. */
  readonly end: "complete" | "error" | null;
}

/** Waits of seconds stay in memory, those of minutes give the task back. */
const drawSeconds = (random: Random) => randomInteger(random, 1, 20) * (randomItem(random, [1, 1, 8]) ?? 1);

/** Draws what a step waits for. A signal without a time limit comes; steps of a task that wait for such a one share a name. */
export function drawWait(place: number, random: Random): WaitPlan {
  if (random() < 0.4) {
    return { wait: { kind: "sleep", seconds: drawSeconds(random), until: null }, sentAt: null, end: "complete" };
  }
  const isSent = random() < 0.6;
  const sentAt = Math.round(random() * drawSeconds(random) * 1_000);
  const onTimeout = randomItem(random, ["fail", "continue"] as const) ?? "fail";
  if (isSent && random() < 0.6) {
    return { wait: { kind: "signal", name: "go", timeoutSeconds: null, onTimeout }, sentAt, end: "complete" };
  }
  const end = onTimeout === "continue" ? "complete" : isSent ? null : "error";
  const wait = { kind: "signal", name: `own${place}`, timeoutSeconds: drawSeconds(random), onTimeout } as const;
  return { wait, sentAt: isSent ? sentAt : null, end };
}
