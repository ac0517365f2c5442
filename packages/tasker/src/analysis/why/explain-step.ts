import { explainPermit } from "./explain-permit.ts";
import type { WhyReason, WhySituation } from "./why.ts";
import { declarationOf, type WhyExecution, type WhyFacts, type WhyOffer, type WhyStep } from "./why-facts.ts";
import { actionOf, commandOf, countWords, listCommands, momentWords } from "./words.ts";

/** Why one step does not go on. */
export function explainStep(step: WhyStep, facts: WhyFacts): WhyReason {
  if (step.kind === "error") return explainFailed(step, facts);
  if (step.kind === "in_progress") return explainInProgress(step, facts);
  return step.kind === "behind_cancelled" ? explainBehindCancelled(step, facts) : explainStartable(step, facts);
}

function reason(step: WhyStep, situation: WhySituation, text: string, commands: readonly string[] = []): WhyReason {
  return { situation, step_name: step.name, text, commands };
}

/** Whether a step in error has no further attempt. */
export function isFinal({ attempts, retry_limit, retryable, metadata }: WhyStep): boolean {
  return !retryable || attempts >= retry_limit || metadata.retry_available === false;
}

function explainFailed(step: WhyStep, facts: WhyFacts): WhyReason {
  const { metadata, attempts, retry_limit, name } = step;
  const attempt = `attempt ${attempts} of ${retry_limit}`;
  const failure = `failed (${attempt}): ${errorOf(step)}`;
  if (metadata.circuit_open !== undefined) return explainCircuit(step, metadata.circuit_open, facts);
  if (isFinal(step)) {
    const commands = [
      actionOf("step", "retry", facts.taskId, name),
      actionOf("step", "resolve", facts.taskId, name),
      actionOf("task", "cancel", facts.taskId),
    ];
    const why = attempts >= retry_limit ? "has used up its attempts" : "has failed for good";
    return reason(
      step,
      "failed_step",
      `Step ${name} ${why}; it ${failure}. Once the cause is mended, ${listCommands(commands.slice(0, 1))} has it tried once more; ${listCommands(commands.slice(1, 2))} takes it as done; ${listCommands(commands.slice(2))} ends the task.`,
      commands,
    );
  }
  const until = metadata.backoff_until === undefined ? null : Date.parse(metadata.backoff_until);
  const commands = [actionOf("step", "retry", facts.taskId, name)];
  if (until !== null && until > facts.now) {
    return reason(
      step,
      "waiting_for_retry",
      `Step ${name} ${failure}. Attempt ${attempts + 1} starts at ${momentWords(until, facts.now)} by itself, or at once with ${listCommands(commands)}.`,
      commands,
    );
  }
  const slots =
    facts.ownerId === 0 ? "when the task is claimed" : "as soon as the process that owns the task has a slot";
  return reason(step, "retry_due", `Step ${name} ${failure}. Its next attempt is due, and starts ${slots}.`);
}

function errorOf({ error, metadata }: WhyStep): string {
  const message = error ?? metadata.error_message ?? "it is not stored why";
  const text = message.replace(/\s+/g, " ").trim();
  const code = metadata.error_code === undefined ? "" : ` [${metadata.error_code}]`;
  return `${text.length > 200 ? `${text.slice(0, 200)}...` : text}${code}`;
}

function explainCircuit(step: WhyStep, circuit: string, facts: WhyFacts): WhyReason {
  const found = facts.circuits.find(({ name }) => name === circuit);
  const until = found?.next_probe_at ?? Date.parse(step.metadata.backoff_until ?? "");
  const next = Number.isNaN(until) ? "" : ` It is tried again at ${momentWords(until, facts.now)}.`;
  const state =
    found === undefined
      ? "was open when the step came to it, and is closed by now"
      : `is ${found.state.replace("_", " ")}`;
  return reason(
    step,
    "circuit_open",
    `Step ${step.name} calls what is behind the circuit breaker ${circuit}, which ${state}: too many calls have failed.${next} \`closeCircuit\` closes it at once if what is behind it is known to be well.`,
  );
}

function explainInProgress(step: WhyStep, facts: WhyFacts): WhyReason {
  const wait = step.metadata.waiting_for;
  if (wait === undefined) return explainRunning(step, facts);
  const until = wait.until === undefined ? Number.NaN : Date.parse(wait.until);
  if (wait.kind === "sleep") {
    const text = `Step ${step.name} sleeps until ${momentWords(until, facts.now)}, as its template says; it goes on by itself.`;
    return reason(step, "sleeping", text);
  }
  if (wait.kind === "signal") {
    const name = wait.name ?? "?";
    const commands = [`${commandOf("task", "signal", facts.taskId, name)} --payload '{}'`];
    const end = Number.isNaN(until)
      ? "for ever"
      : `until ${momentWords(until, facts.now)}, and ${wait.on_timeout === "continue" ? "goes on without it" : "fails"} then`;
    return reason(
      step,
      "waiting_for_signal",
      `Step ${step.name} waits for the signal ${name} from somebody outside, ${end}: ${listCommands(commands)} sends it.`,
      commands,
    );
  }
  const child = facts.children.findLast(({ step_id }) => step_id === step.id);
  const kind = `${wait.namespace ?? "?"}/${wait.name ?? "?"}`;
  if (child === undefined) {
    return reason(
      step,
      "waiting_for_child",
      `Step ${step.name} is about to submit a task ${kind}, and waits for its end.`,
    );
  }
  const commands = [commandOf("why", child.task_id)];
  return reason(
    step,
    "waiting_for_child",
    `Step ${step.name} waits for task ${child.task_id} (${kind}), which is ${stateWords(child.state)}: ${listCommands(commands)} says why.`,
    commands,
  );
}

/** A state as part of a sentence. */
export function stateWords(state: string): string {
  return state === "error" ? "in error" : state.replaceAll("_", " ");
}

/** What waits for a worker: whether one lives that would take it. */
function explainWorkerWait(
  step: WhyStep,
  handler: string,
  { queue, offered_at, workers }: WhyOffer,
  { namespace, now }: WhyFacts,
): WhyReason {
  const who =
    workers === 0
      ? `No worker that lives has registered for that in the namespace ${namespace}: \`tasker worker list\` shows those there are.`
      : `${countWords(workers, "worker")} that ${workers === 1 ? "lives has" : "live have"} registered for it: it goes to the first that polls with free capacity.`;
  return reason(
    step,
    "waiting_for_worker",
    `Step ${step.name} is ready and has been offered to workers, in the queue ${queue} for the handler ${handler}, since ${momentWords(offered_at, now)}. ${who}`,
  );
}

/** The worker that runs a step, as part of a sentence. */
function workerWords({ process_id: id, host, pid, worker }: WhyExecution): string {
  return `worker ${id} (${[worker?.name, worker?.language, host].filter((word) => word != null).join(", ")}, pid ${pid})`;
}

/** What is known of the worker that runs a step, as a sentence of its own. */
function heardWords({ worker }: WhyExecution, now: number): string {
  if (worker === null) return "";
  const told = worker.progress === null ? "" : `, and told of its progress ${JSON.stringify(worker.progress)}`;
  return ` The worker was heard of at ${momentWords(worker.heartbeat_at, now)}${told}; if it stays silent until ${momentWords(worker.silent_until, now)}, another one gets the step.`;
}

function explainRunning(step: WhyStep, facts: WhyFacts): WhyReason {
  const outside = facts.executions.find(({ step_id }) => step_id === step.id);
  const { owner, ownerId, now } = facts;
  const place =
    outside === undefined
      ? `in ${ownerId === 0 ? "a process that is gone" : processWords(ownerId, owner)}`
      : outside.worker === null
        ? `in ${processWords(outside.process_id, outside)}`
        : `at ${workerWords(outside)}`;
  const heard = outside === undefined ? "" : heardWords(outside, now);
  const since = step.changed_at === null ? "" : ` since ${momentWords(step.changed_at, now)}`;
  const timeout = declarationOf(step, facts)?.timeoutSeconds ?? null;
  const deadline =
    outside?.deadline_at ?? (timeout === null || step.changed_at === null ? null : step.changed_at + timeout * 1_000);
  const commands = [actionOf("step", "cancel", facts.taskId, step.name)];
  const text = `Step ${step.name} (attempt ${step.attempts} of ${step.retry_limit}) has been running ${place}${since}`;
  if (deadline === null) {
    return reason(
      step,
      "running",
      `${text}; its template sets no deadline, so nothing ends it but its handler, or ${listCommands(commands)}.${heard}`,
      commands,
    );
  }
  const isPast = deadline < now;
  return reason(
    step,
    isPast ? "past_deadline" : "running",
    `${text}; its deadline ${isPast ? "was" : "is"} ${momentWords(deadline, now)}${isPast ? ", and its end has not been written yet" : ""}. ${listCommands(commands)} ends it.${heard}`,
    commands,
  );
}

/** A process as part of a sentence. */
export function processWords(
  id: number,
  process: { readonly host: string | null; readonly pid: number | null } | null,
): string {
  return process === null || process.host === null
    ? `process ${id}`
    : `process ${id} (${process.host}, pid ${process.pid})`;
}

function explainBehindCancelled(step: WhyStep, facts: WhyFacts): WhyReason {
  const commands = [actionOf("step", "resolve", facts.taskId, step.name), actionOf("task", "cancel", facts.taskId)];
  return reason(
    step,
    "behind_cancelled",
    `Step ${step.name} waits for a step that was cancelled, and will not come to its turn: ${listCommands(commands)}.`,
    commands,
  );
}

function explainStartable(step: WhyStep, facts: WhyFacts): WhyReason {
  if (step.attempts >= step.retry_limit) {
    const commands = [
      `${commandOf("step", "edit", facts.taskId, step.name, "--retry-limit", step.attempts + 1)} --reason "..."`,
    ];
    return reason(
      step,
      "no_attempts_allowed",
      `Step ${step.name} may not be tried: it has had ${countWords(step.attempts, "attempt")}, and ${step.retry_limit} is the most that is stored for it. ${listCommands(commands)} allows one more.`,
      commands,
    );
  }
  const permit = explainPermit(step, facts);
  if (permit !== null) return permit;
  const offer = facts.offered.find(({ step_id }) => step_id === step.id);
  if (offer !== undefined && offer.handler !== null) return explainWorkerWait(step, offer.handler, offer, facts);
  if (offer !== undefined) {
    return reason(
      step,
      "offered",
      `Step ${step.name} is ready; the process that owns the task has no slot for it and has offered it to the others. Another process, or more slots (\`--concurrency\`), would start it.`,
    );
  }
  const running = facts.ownerRunning ?? 0;
  return running === 0
    ? reason(
        step,
        "moving",
        `Step ${step.name} is ready and starts with the next commit of the process that owns the task.`,
      )
    : reason(
        step,
        "waiting_for_slot",
        `Step ${step.name} is ready and starts when the process that owns the task has a slot for it; ${countWords(running, "step")} run there. More slots (\`--concurrency\`) or processes would start it sooner.`,
      );
}
