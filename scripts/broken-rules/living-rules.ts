import type { Rule } from "./rule.ts";
import { engineTest, source } from "./sources.ts";

const PEER_WATCH = source("engine/membership/peer-watch.ts");
const FENCE = source("engine/membership/fence.ts");
const PACEMAKER = source("engine/membership/pacemaker.ts");
const VITAL_SIGNS = source("engine/membership/vital-signs.ts");

/** Rules of which process is alive. */
export const LIVING_RULES: readonly Rule[] = [
  {
    number: 11,
    says: "Dead is whose beat did not change for a lease of the watcher's monotonic time, or for less where the database calls the lease ended; a process fences itself off by its own clock, counted from before it asked for the renewal.",
    breaks: [
      {
        by: "waiting for the database's clock alone",
        edits: [{ file: PEER_WATCH, from: "  if (quietMs >= leaseMs) return true;\n", to: "" }],
        test: engineTest("engine/membership/peer-watch", "when no new beat was seen for a whole lease"),
      },
      {
        by: "believing the database's clock at once",
        edits: [
          { file: PEER_WATCH, from: "if (isExpired && quietMs >= EXPIRED_SHARE * leaseMs)", to: "if (isExpired)" },
        ],
        test: engineTest(
          "engine/membership/peer-watch",
          "never as long as it beats, though the database's clock jumps and calls everybody expired",
        ),
      },
      {
        by: "counting the time in which the watcher was away",
        edits: [
          { file: PEER_WATCH, from: "if (askedAt - this.#answeredAt > this.#longestGapMs) this.forget();", to: "" },
        ],
        test: engineTest(
          "engine/membership/peer-watch",
          "not because the watcher was away, or the database: from then on, the time counts anew",
        ),
      },
      {
        by: "declaring dead who has beaten meanwhile",
        edits: [
          {
            file: source("engine/membership/heartbeat-statements.ts"),
            from: "      and (extract(epoch from p.heartbeat_at) * 1000000)::bigint = d.beat\n",
            to: "",
          },
        ],
        test: engineTest(
          "interleavings/leases",
          "is not ended by who looked before the last beat: a process that beats meanwhile is alive",
        ),
      },
      {
        by: "counting the lease from the answer to its renewal",
        edits: [{ file: PACEMAKER, from: "this.#signs.renew(sentAt + ", to: "this.#signs.renew(monotonicMs() + " }],
        test: engineTest(
          "interleavings/leases",
          "counts from before its renewal is asked for, however late the answer comes",
        ),
      },
      {
        by: "a process that does not fence itself off",
        edits: [{ file: FENCE, from: "monotonicMs() >= this.#signs.leaseEndsAt", to: "monotonicMs() < 0" }],
        test: engineTest(
          "engine/membership/fence",
          "a fence closes, once, when the lease could have ended, and opens only when it is told to",
        ),
      },
      {
        by: "going on as before with handlers whose tasks are others'",
        edits: [
          {
            file: FENCE,
            from: "    this.#isOpen = false;\n    this.#onClosed();\n",
            to: "    this.#isOpen = false;\n",
          },
        ],
        test: engineTest(
          "engine/membership/fence",
          "a fence closes, once, when the lease could have ended, and opens only when it is told to",
        ),
      },
    ],
  },
  {
    number: 12,
    says: "A live thread over a dead loop is dead: the lease is not renewed when the event loop, or a lane with something to commit, has made no progress for a set time.",
    breaks: [
      {
        by: "renewing whatever the event loop does",
        edits: [
          {
            file: PACEMAKER,
            from: "this.#isStuck = ageMs > this.#settings.stuckAfterMs || givesWay;",
            to: "this.#isStuck = ageMs < 0;",
          },
        ],
        test: engineTest("engine/membership/processes", "whose event loop stands still for too long go on elsewhere"),
      },
      {
        by: "looking at the event loop alone",
        edits: [
          {
            file: VITAL_SIGNS,
            from: "if (waitsSince > 0) oldest = Math.min(oldest, Math.max(waitsSince, awayAt));",
            to: "if (waitsSince > 0) oldest = Math.min(oldest, Math.max(oldest, awayAt));",
          },
        ],
        test: engineTest(
          "interleavings/leases",
          "an event loop that turns is no progress where a lane has waited for its commit for longer",
        ),
      },
    ],
  },
];
