import { describe, expect, test } from "vitest";
import { explainTask } from "../../../src/analysis/why/explain-task.ts";
import type { WhySituation } from "../../../src/analysis/why/why.ts";
import type { WhyFacts, WhyStep } from "../../../src/analysis/why/why-facts.ts";

const NOW = Date.parse("2027-01-31T12:00:00Z");
const MINUTE = 60_000;

const OWNER = {
  host: "worker-1",
  pid: 42,
  heartbeat_at: NOW - 1_000,
  progress_at: NOW - 1_000,
  lives: true,
  is_stuck: false,
};

/** A task of which nothing is out of the ordinary: owned by a process that lives, nothing to say. */
const FACTS: WhyFacts = {
  taskId: 12,
  now: NOW,
  namespace: "shop",
  name: "order",
  version: "1.2.0",
  state: "in_progress",
  stateActor: null,
  stateReason: null,
  stateSince: NOW - MINUTE,
  hasRun: true,
  ownerId: 3,
  paused: false,
  wakeAt: NOW - MINUTE,
  living: 1,
  capable: 1,
  ahead: null,
  ownerRunning: null,
  declarations: new Map(),
  step_counts: { complete: 1, pending: 1 },
  kind_counts: {},
  steps: [],
  owner: OWNER,
  children: [],
  limit_waits: [],
  circuits: [],
  executions: [],
  offered: [],
  pause: null,
  parent: null,
};

const step = (kind: WhyStep["kind"], changes: Partial<WhyStep> = {}): WhyStep => ({
  id: 7,
  name: "charge",
  kind,
  attempts: 1,
  retry_limit: 3,
  retryable: true,
  changed_at: NOW - 90_000,
  metadata: {},
  error: null,
  ...changes,
});

const inMinutes = (minutes: number) => new Date(NOW + minutes * MINUTE).toISOString();
const startable = step("startable", { attempts: 0 });
const declared = (changes: object) =>
  new Map([
    ["charge", { handlerClass: "Charge", dependentSystem: "bank", timeoutSeconds: null, limitNames: [], ...changes }],
  ]);
const limitWait = (limiter: unknown, holders: WhyFacts["limit_waits"][number]["holders"] = []) => [
  { limiter: JSON.stringify(limiter), waiting: 2, next_at: NOW + 5_000, holders },
];

/** What is so, the situation it makes, and what the paragraph has to say. */
const CASES: readonly (readonly [WhySituation, Partial<WhyFacts>, readonly string[]])[] = [
  ["complete", { state: "complete" }, ["has been complete since 2027-01-31 11:59:00 UTC (60 seconds ago)"]],
  [
    "cancelled",
    { state: "cancelled", stateActor: "ada", stateReason: "ordered twice" },
    ["cancelled by ada (ordered twice)", "tasker task rerun"],
  ],
  ["resolved", { state: "resolved_manually", stateActor: "ada" }, ["resolved by ada"]],
  [
    "failed",
    {
      state: "error",
      ownerId: 0,
      wakeAt: null,
      kind_counts: { error: 1 },
      step_counts: { error: 1, pending: 3 },
      steps: [step("error", { attempts: 3, error: "card\ndeclined", metadata: { error_code: "DECLINED" } })],
    },
    [
      "1 step is in error",
      '`tasker task retry 12 --reason "..."`',
      "Step charge has used up its attempts; it failed (attempt 3 of 3): card declined [DECLINED].",
      '`tasker step retry 12 charge --reason "..."`',
      '`tasker step resolve 12 charge --reason "..."`',
      "3 further steps wait for steps before them, and cannot start before what failed is mended",
    ],
  ],
  ["failed", { state: "error", stateReason: "odd" }, ["It failed (odd), and no step of it is in error"]],
  [
    "paused",
    { paused: true, pause: { actor: "ada", reason: "month end", at: NOW - MINUTE }, step_counts: { in_progress: 2 } },
    ["paused by ada (month end)", '`tasker task resume 12 --reason "..."`', "What is in progress, 2 steps, may end."],
  ],
  ["not_adopted", { hasRun: false, ownerId: 0, owner: null, wakeAt: null }, ["No engine knows it", "`adopt`"]],
  ["never_wakes", { ownerId: 0, owner: null, wakeAt: null }, ["no time at which it wants to be looked at"]],
  [
    "scheduled",
    { state: "pending", ownerId: 0, wakeAt: NOW + 180 * MINUTE, steps: [startable] },
    ["not to start before 2027-01-31 15:00:00 UTC (in 3 hours)"],
  ],
  ["scheduled", { ownerId: 0, wakeAt: NOW + 3 * MINUTE }, ["looked at again at", "in 3 minutes"]],
  ["no_process", { ownerId: 0, living: 0, capable: 0 }, ["no process lives", "shop/order 1.2.0", "tasker work"]],
  [
    "nobody_capable",
    { ownerId: 0, living: 2, capable: 0 },
    ["none of the 2 processes that live has the template shop/order 1.2.0"],
  ],
  ["queued", { ownerId: 0, ahead: 41 }, ["waits to be claimed: 41 tasks come before it. 1 process can run it"]],
  ["queued", { ownerId: 0, ahead: 0, capable: 2 }, ["it is the next to be claimed. 2 processes can run it"]],
  [
    "owner_gone",
    { owner: { ...OWNER, lives: false, heartbeat_at: NOW - 12_000 } },
    [
      "owned by process 3 (worker-1, pid 42), which is gone; its last heartbeat was 12 seconds ago",
      "takes the task over within about 15 seconds",
    ],
  ],
  ["owner_gone", { owner: null, living: 0 }, ["owned by process 3, which is gone. No other process lives"]],
  [
    "owner_stuck",
    { owner: { ...OWNER, is_stuck: true, progress_at: NOW - 40_000 } },
    ["has not got anything done since", "40 seconds ago"],
  ],
  [
    "no_attempts_allowed",
    { steps: [step("startable", { attempts: 0, retry_limit: 0 })] },
    [
      "may not be tried: it has had 0 attempts, and 0 is the most",
      '`tasker step edit 12 charge --retry-limit 1 --reason "..."`',
    ],
  ],
  [
    "failed_step",
    {
      steps: [step("error", { retryable: false, error: "no such card" }), step("in_progress", { id: 8, name: "ship" })],
    },
    [
      "Step charge has failed for good; it failed (attempt 1 of 3): no such card",
      "Step ship (attempt 1 of 3) has been running",
    ],
  ],
  [
    "waiting_for_permit",
    {
      steps: [startable],
      limit_waits: limitWait(
        ["shop", "system", "bank", "eu"],
        [{ task_id: 9, step_name: "charge", process_id: 5, granted_at: NOW }],
      ),
      declarations: declared({}),
    },
    ["limit on system bank eu, for which 2 steps of that process wait", "held by step charge of task 9 in process 5"],
  ],
  [
    "waiting_for_permit",
    { steps: [startable], limit_waits: limitWait(["shop", "step", "order.charge"]) },
    ["Nobody holds one", "more can at 2027-01-31 12:00:05 UTC (in 5 seconds)"],
  ],
  [
    "waiting_for_permit",
    {
      steps: [startable],
      limit_waits: limitWait(["shop", "name", "cards"]),
      declarations: declared({ limitNames: ["cards"] }),
    },
    ["limit on name cards"],
  ],
  [
    "circuit_open",
    {
      steps: [step("error", { attempts: 0, metadata: { circuit_open: "bank", backoff_until: inMinutes(1) } })],
      circuits: [{ name: "bank", state: "open", next_probe_at: NOW + 30_000 }],
    },
    ["the circuit breaker bank, which is open", "tried again at 2027-01-31 12:00:30 UTC"],
  ],
  [
    "circuit_open",
    { steps: [step("error", { metadata: { circuit_open: "bank", backoff_until: inMinutes(1) } })] },
    ["is closed by now", "12:01:00 UTC"],
  ],
  [
    "waiting_for_retry",
    { steps: [step("error", { error: "busy", metadata: { backoff_until: inMinutes(5) } })] },
    [
      "failed (attempt 1 of 3): busy. Attempt 2 starts at 2027-01-31 12:05:00 UTC (in 5 minutes) by itself",
      "tasker step retry 12 charge",
    ],
  ],
  [
    "retry_due",
    { steps: [step("error", { metadata: { backoff_until: inMinutes(-1) } })] },
    ["Its next attempt is due"],
  ],
  [
    "waiting_for_signal",
    {
      steps: [
        step("in_progress", {
          metadata: { waiting_for: { kind: "signal", name: "approval", until: inMinutes(120), on_timeout: "fail" } },
        }),
      ],
    },
    ["waits for the signal approval", "in 2 hours), and fails then", "`tasker task signal 12 approval --payload '{}'`"],
  ],
  [
    "waiting_for_signal",
    { steps: [step("in_progress", { metadata: { waiting_for: { kind: "signal", name: "the word" } } })] },
    ["for ever", "tasker task signal 12 'the word'"],
  ],
  [
    "waiting_for_child",
    {
      steps: [step("in_progress", { metadata: { waiting_for: { kind: "task", namespace: "shop", name: "refund" } } })],
      children: [{ step_id: 7, task_id: 13, state: "error" }],
    },
    ["waits for task 13 (shop/refund), which is in error: `tasker why 13` says why"],
  ],
  [
    "waiting_for_child",
    {
      steps: [step("in_progress", { metadata: { waiting_for: { kind: "task", namespace: "shop", name: "refund" } } })],
    },
    ["about to submit a task shop/refund"],
  ],
  [
    "sleeping",
    { steps: [step("in_progress", { metadata: { waiting_for: { kind: "sleep", until: inMinutes(3) } } })] },
    ["sleeps until 2027-01-31 12:03:00 UTC (in 3 minutes)"],
  ],
  [
    "running",
    { steps: [step("in_progress")], declarations: declared({ timeoutSeconds: 300 }) },
    [
      "has been running in process 3 (worker-1, pid 42) since 2027-01-31 11:58:30 UTC (90 seconds ago); its deadline is 2027-01-31 12:03:30 UTC",
      "tasker step cancel 12 charge",
    ],
  ],
  ["running", { steps: [step("in_progress")] }, ["its template sets no deadline"]],
  [
    "past_deadline",
    {
      steps: [step("in_progress")],
      executions: [{ step_id: 7, process_id: 4, host: "worker-2", pid: 1, deadline_at: NOW - 3_000, worker: null }],
    },
    ["running in process 4 (worker-2, pid 1)", "its deadline was", "its end has not been written yet"],
  ],
  [
    "offered",
    {
      steps: [startable],
      offered: [{ step_id: 7, handler: null, queue: "@engines", offered_at: NOW - 5_000, workers: 0 }],
    },
    ["has offered it to the others"],
  ],
  [
    "waiting_for_worker",
    {
      steps: [startable],
      offered: [{ step_id: 7, handler: "Shop::Charge", queue: "python", offered_at: NOW - 5_000, workers: 0 }],
    },
    [
      "in the queue python for the handler Shop::Charge, since 2027-01-31 11:59:55 UTC (5 seconds ago)",
      "No worker that lives has registered for that in the namespace shop",
      "tasker worker list",
    ],
  ],
  [
    "waiting_for_worker",
    {
      steps: [startable],
      offered: [{ step_id: 7, handler: "Shop::Charge", queue: "python", offered_at: NOW - 5_000, workers: 2 }],
    },
    ["2 workers that live have registered for it: it goes to the first that polls with free capacity"],
  ],
  [
    "running",
    {
      steps: [step("in_progress")],
      executions: [
        {
          step_id: 7,
          process_id: 9,
          host: "box-1",
          pid: 33,
          deadline_at: null,
          worker: {
            name: "charger",
            language: "python",
            heartbeat_at: NOW - 4_000,
            silent_until: NOW + 26_000,
            progress: { done: 0.5 },
          },
        },
      ],
    },
    [
      "has been running at worker 9 (charger, python, box-1, pid 33) since 2027-01-31 11:58:30 UTC",
      'heard of at 2027-01-31 11:59:56 UTC (4 seconds ago), and told of its progress {"done":0.5}',
      "if it stays silent until 2027-01-31 12:00:26 UTC (in 26 seconds), another one gets the step",
    ],
  ],
  ["waiting_for_slot", { steps: [startable], ownerRunning: 12 }, ["12 steps run there", "--concurrency"]],
  ["moving", { steps: [startable], ownerRunning: 0 }, ["is ready and starts with the next commit"]],
  ["moving", {}, ["Nothing keeps it"]],
  ["behind_cancelled", { steps: [step("behind_cancelled")] }, ["waits for a step that was cancelled"]],
];

describe("why a task does not go on", () => {
  test.each(CASES)("%s: %o", (situation, changes, says) => {
    const why = explainTask({ ...FACTS, ...changes });
    expect(why.situation).toBe(situation);
    for (const text of says) expect(why.text).toContain(text);
  });

  test("begins with the task and how far it is, as one paragraph", () => {
    const { text } = explainTask({
      ...FACTS,
      steps: [step("error", { error: "a\n\nb", metadata: { backoff_until: inMinutes(5) } })],
    });
    expect(text).toMatch(/^Task 12 \(shop\/order 1\.2\.0\) is in progress, 1 of 2 steps done\. Step charge /);
    expect(text).not.toContain("\n");
  });

  test("tells what needs somebody first, of three steps, and how many more there are", () => {
    const many = Array.from({ length: 5 }, (_, id) => step("in_progress", { id, name: `s${id}` }));
    const why = explainTask({ ...FACTS, steps: [...many, step("error", { retryable: false })] });
    expect(why.reasons).toHaveLength(6);
    expect(why.situation).toBe("failed_step");
    expect(why.text).toContain("The same or the like holds for 3 more.");
  });

  test("says that a task waits for it, or does so no more", () => {
    const ofParent = (state: string) => explainTask({ ...FACTS, parent: { task_id: 4, state } }).text;
    expect(ofParent("in_progress")).toContain("Task 4 waits for it.");
    expect(ofParent("cancelled")).toContain("submitted by task 4, which is cancelled and waits for it no more.");
  });

  test("quotes names in commands", () => {
    const { reasons } = explainTask({ ...FACTS, steps: [step("error", { name: "it's", retryable: false })] });
    expect(reasons[0]?.commands[0]).toBe(`tasker step retry 12 'it'\\''s' --reason "..."`);
  });
});
