import { explainStep, isFinal, processWords, stateWords } from "./explain-step.ts";
import type { Why, WhyReason, WhySituation } from "./why.ts";
import type { WhyFacts } from "./why-facts.ts";
import { actionOf, countWords, inWords, listCommands, momentWords } from "./words.ts";

/** Steps that the paragraph tells of. */
const MOST_TOLD = 3;

/** What weighs more comes first: what needs somebody, what waits, what runs. */
const ORDER: readonly WhySituation[] = [
  "no_attempts_allowed",
  "failed_step",
  "behind_cancelled",
  "waiting_for_permit",
  "waiting_for_worker",
  "circuit_open",
  "waiting_for_retry",
  "waiting_for_signal",
  "waiting_for_child",
  "past_deadline",
  "running",
  "sleeping",
  "retry_due",
  "offered",
  "waiting_for_slot",
  "moving",
];

/** Says why a task does not go on, and what would change that. Pure: every fact is an argument. */
export function explainTask(facts: WhyFacts): Why {
  const reasons = reasonsOf(facts);
  const told = reasons.slice(0, MOST_TOLD).map(({ text }) => text);
  const more = reasons.length > MOST_TOLD ? [`The same or the like holds for ${reasons.length - MOST_TOLD} more.`] : [];
  return {
    task_id: facts.taskId,
    state: facts.state,
    situation: reasons[0]?.situation ?? "moving",
    text: [introduction(facts), ...told, ...more, ...behind(facts), ...parent(facts)].join(" "),
    reasons,
  };
}

function introduction({ taskId, namespace, name, version, state, step_counts }: WhyFacts): string {
  const total = Object.values(step_counts).reduce((sum, count) => sum + count, 0);
  const done = (step_counts.complete ?? 0) + (step_counts.resolved_manually ?? 0);
  return `Task ${taskId} (${namespace}/${name} ${version}) is ${stateWords(state)}, ${done} of ${countWords(total, "step")} done.`;
}

function reasonsOf(facts: WhyFacts): readonly WhyReason[] {
  const over = explainEnd(facts);
  if (over !== null) return over;
  const whole = explainOwnership(facts);
  if (whole !== null) return [whole];
  const steps = facts.steps
    .map((step) => explainStep(step, facts))
    .sort((a, b) => ORDER.indexOf(a.situation) - ORDER.indexOf(b.situation));
  if (steps.length > 0) return steps;
  if (facts.ownerId === 0 && facts.wakeAt !== null) {
    return [task("scheduled", `It is looked at again at ${momentWords(facts.wakeAt, facts.now)}.`)];
  }
  return [task("moving", "Nothing keeps it: the process that owns it writes its end with its next commit.")];
}

const task = (situation: WhySituation, text: string, commands: readonly string[] = []): WhyReason => ({
  situation,
  step_name: null,
  text,
  commands,
});

/** Of a task that is over, failed or paused; null of another one. */
function explainEnd(facts: WhyFacts): readonly WhyReason[] | null {
  const { state, taskId, now, stateSince, stateActor, stateReason } = facts;
  const since = stateSince === null ? "" : ` since ${momentWords(stateSince, now)}`;
  const by = `${stateActor === null ? "" : ` by ${stateActor}`}${stateReason === null ? "" : ` (${stateReason})`}`;
  if (state === "complete") return [task("complete", `It has been complete${since}: there is nothing left to do.`)];
  if (state === "cancelled") {
    const text = `It was cancelled${by}${since}, and nothing of it runs any more; \`tasker task rerun\` does it again from a step on.`;
    return [task("cancelled", text)];
  }
  if (state === "resolved_manually") {
    return [task("resolved", `It was resolved${by}${since}: an operator has closed it.`)];
  }
  if (state === "error") return explainFailure(facts);
  return facts.paused ? [explainPause(facts, [actionOf("task", "resume", taskId)])] : null;
}

function explainFailure(facts: WhyFacts): readonly WhyReason[] {
  const failed = facts.steps.filter((step) => step.kind === "error");
  const commands = [actionOf("task", "retry", facts.taskId)];
  if (failed.length === 0) {
    const text = `It failed${facts.stateReason === null ? "" : ` (${facts.stateReason})`}, and no step of it is in error. ${listCommands(commands)} has it go on, if anything can.`;
    return [task("failed", text, commands)];
  }
  const count = facts.kind_counts.error ?? failed.length;
  const whole = task(
    "failed",
    `It has failed and waits for an operator: ${countWords(count, "step")} ${count === 1 ? "is" : "are"} in error, and nothing else can go on. ${listCommands(commands)} has all of them tried again.`,
    commands,
  );
  return [whole, ...failed.map((step) => explainStep(step, facts)).sort(bySituation)];
}

const bySituation = (a: WhyReason, b: WhyReason) => ORDER.indexOf(a.situation) - ORDER.indexOf(b.situation);

function explainPause({ pause, now, step_counts }: WhyFacts, commands: readonly string[]): WhyReason {
  const who = pause === null ? "" : ` by ${pause.actor} (${pause.reason}) at ${momentWords(pause.at, now)}`;
  const running = step_counts.in_progress ?? 0;
  const rest = running === 0 ? "" : ` What is in progress, ${countWords(running, "step")}, may end.`;
  return task("paused", `It was paused${who}: nothing of it starts until ${listCommands(commands)}.${rest}`, commands);
}

/** Of a task that nobody runs, or whose process does not; null if its steps have to say it. */
function explainOwnership(facts: WhyFacts): WhyReason | null {
  if (!facts.hasRun) {
    return task(
      "not_adopted",
      "No engine knows it: it was created by another program, and no engine has adopted it. One that runs with the option `adopt` and has its template registered does so.",
    );
  }
  return facts.ownerId === 0 ? explainUnowned(facts) : explainOwner(facts);
}

function explainUnowned(facts: WhyFacts): WhyReason | null {
  const { wakeAt, now, living, capable, namespace, name, version, ahead } = facts;
  if (wakeAt === null) {
    return task(
      "never_wakes",
      "Nobody runs it and it has no time at which it wants to be looked at: something other than an engine has changed its rows. `tasker db check` says what; pausing and resuming it gives it a time.",
      [actionOf("task", "pause", facts.taskId), actionOf("task", "resume", facts.taskId)],
    );
  }
  if (wakeAt > now) {
    if (facts.state !== "pending") return null;
    return task("scheduled", `It is not to start before ${momentWords(wakeAt, now)}.`);
  }
  const kind = `${namespace}/${name} ${version}`;
  if (living === 0) {
    const text = `It has been due since ${momentWords(wakeAt, now)}, and no process lives that could run it: start one that has the template ${kind} (\`tasker work --template <file>\`).`;
    return task("no_process", text);
  }
  if (capable === 0) {
    const text = `It has been due since ${momentWords(wakeAt, now)}, and none of the ${countWords(living, "process").replace("processs", "processes")} that live has the template ${kind} with its handlers: start one that has it (\`tasker work --template <file>\`).`;
    return task("nobody_capable", text);
  }
  const before = ahead ?? 0;
  const place =
    before === 0
      ? "it is the next to be claimed"
      : `${before === 10_000 ? "10,000 or more" : before} ${before === 1 ? "task comes" : "tasks come"} before it`;
  return task(
    "queued",
    `It has been due since ${momentWords(wakeAt, now)} and waits to be claimed: ${place}. ${capable === 1 ? "1 process" : `${capable} processes`} can run it; more of them, or a higher priority, would have it start sooner.`,
  );
}

function explainOwner(facts: WhyFacts): WhyReason | null {
  const { owner, ownerId, now, living } = facts;
  const process = processWords(ownerId, owner);
  if (owner === null || !owner.lives) {
    const last = owner === null ? "" : `; its last heartbeat was ${inWords(now - owner.heartbeat_at)} ago`;
    const next =
      living === 0
        ? "No other process lives to take the task over: start one (`tasker work --template <file>`)."
        : "Another process takes the task over within about 15 seconds of that end, and repeats the attempts that were under way.";
    return task("owner_gone", `It is owned by ${process}, which is gone${last}. ${next}`);
  }
  if (!owner.is_stuck) return null;
  return task(
    "owner_stuck",
    `It is owned by ${process}, which sends heartbeats but has not got anything done since ${momentWords(owner.progress_at, now)}: its event loop is busy, or its commits do not end. It gives its tasks up if that lasts; ending that process has them taken over at once.`,
  );
}

/** What waits behind what the reasons tell of. */
function behind(facts: WhyFacts): string[] {
  const told = (facts.kind_counts.startable ?? 0) + (facts.kind_counts.behind_cancelled ?? 0);
  const waiting = (facts.step_counts.pending ?? 0) - told;
  if (waiting <= 0 || !["pending", "in_progress", "error"].includes(facts.state)) return [];
  const failed = facts.steps.some((step) => step.kind === "error" && isFinal(step));
  const subject = `${countWords(waiting, "further step")} ${waiting === 1 ? "waits" : "wait"} for steps before ${waiting === 1 ? "it" : "them"}`;
  return [`${subject}${failed ? ", and cannot start before what failed is mended, resolved or skipped" : ""}.`];
}

function parent({ parent, state }: WhyFacts): string[] {
  if (parent === null) return [];
  const isOver = ["complete", "cancelled", "resolved_manually"].includes(parent.state);
  const isLive = ["pending", "in_progress", "error"].includes(state);
  if (isOver && isLive)
    return [
      `It was submitted by task ${parent.task_id}, which is ${stateWords(parent.state)} and waits for it no more.`,
    ];
  return isLive ? [`Task ${parent.task_id} waits for it.`] : [];
}
