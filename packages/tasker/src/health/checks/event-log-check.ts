import type { Clock } from "../../clock/clock.ts";
import { listSubscribers } from "../../event-log/manage/subscriber-status.ts";
import type { Ask } from "../bounded.ts";
import type { HealthCheck } from "../health-report.ts";

/** Seconds that the oldest unread row may be there before a subscriber lags. */
const LONGEST_LAG_SECONDS = 300;

/** Whether durable subscribers keep up with the log of events. A few look-ups by key for each subscriber. */
export function eventLogCheck(ask: Ask, clock: Clock): HealthCheck {
  return {
    name: "event_log",
    failure: "Durable subscribers cannot be looked at",
    async run() {
      const all = await ask((connection) => listSubscribers(connection, { clock }));
      const late = all.filter(({ lagSeconds }) => lagSeconds > LONGEST_LAG_SECONDS);
      const details = {
        subscribers: all.length,
        lag_events: Math.max(0, ...all.map(({ lagEvents }) => lagEvents)),
        lag_seconds: Math.max(0, ...all.map(({ lagSeconds }) => lagSeconds)),
        dead_letters: all.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
      };
      if (late.length === 0) return { healthy: true, message: "Durable subscribers keep up", details };
      const names = late.map(({ name }) => name);
      const message = `${late.length} durable ${late.length === 1 ? "subscriber lags" : "subscribers lag"} behind`;
      return { healthy: false, message, details: { ...details, late: names } };
    },
  };
}
