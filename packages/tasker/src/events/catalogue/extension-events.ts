import { z } from "zod";
import { defineEvents } from "./event-definition.ts";
import { attempt, author, backoff, count, flag, id, ids, move, text, texts } from "./payload-parts.ts";

const DERIVED = { durability: "derived" } as const;
const ON_REQUEST = { durability: "on_request" } as const;

/** Who did what, for actions that always have both. */
const done = {
  actor: text("operator who did it", "jane@example.com"),
  reason: text("why, in words", "price was wrong"),
};
const changedOptions = texts("paths of options", ["backoff.max_backoff_seconds"]);
const circuit = { circuit: text("name of the circuit", "payments") };
const movedCircuit = z.strictObject({ namespace: text("namespace of the circuit", "shop"), ...circuit });

/** What the reference has no event for. */
export const EXTENSION_EVENTS = defineEvents(
  { constant: "EXTENSION_EVENTS", category: "extension" },
  {
    STEP_INTERRUPTED: {
      ...DERIVED,
      name: "step.interrupted",
      description:
        "An attempt was ended by something that was not its handler's doing. It does not count, and comes again.",
      firedWhen: "after the commit of the step's move to error, in the place of step.failed",
      payload: z.strictObject({
        ...move,
        ...attempt,
        reason: text("why", "the process that ran the step is gone").nullable(),
        interruptions: count("interruptions of the step up to now", 1).nullable(),
      }),
    },
    STEP_POSTPONED: {
      ...DERIVED,
      name: "step.postponed",
      description: "An attempt met an open circuit. It does not count, and comes again when the circuit is tried.",
      firedWhen: "after the commit of the step's move to error, in the place of step.failed",
      payload: z.strictObject({
        ...move,
        ...attempt,
        ...circuit,
        reason: text("why", "the circuit is open").nullable(),
        ...backoff,
      }),
    },
    STEP_WAIT_STARTED: {
      ...DERIVED,
      name: "step.wait_started",
      description: "A step waits: for a time, a signal or a child task.",
      firedWhen: "after the commit of the step's move to in_progress, right after step.execution_requested",
      payload: z.strictObject({
        kind: text("sleep, signal or task", "signal").nullable(),
        name: text("name of the signal or of the child task's template", "approved").nullable(),
        namespace: text("namespace of the child task", "billing").nullable(),
        until: text("when it ends by itself, ISO 8601; null: never", "2026-01-01T00:05:00.000Z").nullable(),
      }),
    },
    STEP_SKIPPED: {
      ...DERIVED,
      name: "step.skipped",
      description: "A step was left out: by its condition, with a step that it depends on, or by an operator.",
      firedWhen: "right after step.resolved_manually",
      payload: z.strictObject({
        ...author,
        skipped_with: text("step with which it was left out", "gift_wrap").nullable(),
      }),
    },
    STEP_BYPASSED: {
      ...DERIVED,
      name: "step.bypassed",
      description: "A step was left out because the task's request names it.",
      firedWhen: "right after step.resolved_manually",
      payload: z.strictObject({ reason: author.reason }),
    },
    STEP_FAILURE_IGNORED: {
      ...DERIVED,
      name: "step.failure_ignored",
      description: "A step has failed for good, and its template says that the task goes on.",
      firedWhen: "right after step.resolved_manually",
      payload: z.strictObject({ reason: author.reason }),
    },
    STEP_FANNED_OUT: {
      ...ON_REQUEST,
      name: "step.fanned_out",
      description: "A step that runs for each item of a list has got its instances.",
      firedWhen: "after the commit that adds them",
      payload: z.strictObject({ instances: count("number of instances", 100), step_ids: ids("their ids") }),
    },
    STEP_RESET: {
      ...ON_REQUEST,
      name: "step.reset",
      description: "An operator has had the attempts of a step forgotten.",
      firedWhen: "after the commit of the action resetAttempts, by the process that carried it out",
      payload: z.strictObject(done),
    },
    STEP_EDITED: {
      ...ON_REQUEST,
      name: "step.edited",
      description: "An operator has changed the retry limit or the inputs of a step.",
      firedWhen: "after the commit of the action editStep, by the process that carried it out",
      payload: z.strictObject(done),
    },
    TASK_COMPENSATION_STARTED: {
      ...ON_REQUEST,
      name: "task.compensation_started",
      description: "A task cannot go on, and what it has done is being undone.",
      firedWhen: "after the commit that adds the steps which undo",
      payload: z.strictObject({ steps: texts("steps that are undone", ["charge_card"]) }),
    },
    TASK_COMPENSATED: {
      ...DERIVED,
      name: "task.compensated",
      description: "What a task had done was undone, as far as that went.",
      firedWhen: "after the commit of the task's move to error, right after task.failed",
      payload: z.strictObject({
        compensated: flag("whether everything was undone", true),
        compensated_steps_count: count("steps that were undone", 1).nullable(),
        not_compensated: texts("steps that could not be undone, 100 at most", []),
      }),
    },
    TASK_PAUSED: {
      ...ON_REQUEST,
      name: "task.paused",
      description: "An operator has paused a task: nothing more of it starts.",
      firedWhen: "after the commit of the action pauseTask, by the process that carried it out",
      payload: z.strictObject(done),
    },
    TASK_RESUMED: {
      ...ON_REQUEST,
      name: "task.resumed",
      description: "An operator has had a paused task go on.",
      firedWhen: "after the commit of the action resumeTask, by the process that carried it out",
      payload: z.strictObject(done),
    },
    TASK_RERUN: {
      ...ON_REQUEST,
      name: "task.rerun",
      description: "An operator has had a task that had ended done again, as a new task.",
      firedWhen: "after the commit of the action rerunTask, by the process that carried it out",
      payload: z.strictObject({ ...done, new_task_id: id("the new task", 43) }),
    },
    TASK_SIGNALLED: {
      ...ON_REQUEST,
      name: "task.signalled",
      description: "Somebody has sent a signal to a task.",
      firedWhen: "after the commit of the signal, by the process that sent it",
      payload: z.strictObject({
        signal_id: id("id of the signal"),
        signal: text("its name", "approved"),
        sender: text("who sent it", "jane@example.com").nullable(),
      }),
    },
    TASK_CHILD_SUBMITTED: {
      ...ON_REQUEST,
      name: "task.child_submitted",
      description: "A step has submitted the task that it waits for.",
      firedWhen: "after the commit of the child task, by the process that runs the step",
      payload: z.strictObject({ child_task_id: id("the child task", 43) }),
    },
    CIRCUIT_OPENED: {
      ...ON_REQUEST,
      name: "tasker.circuit.opened",
      description: "A circuit breaker has opened: too many calls have failed.",
      firedWhen: "after the commit of that, by the process that wrote it",
      payload: movedCircuit,
    },
    CIRCUIT_HALF_OPENED: {
      ...ON_REQUEST,
      name: "tasker.circuit.half_opened",
      description: "A circuit breaker lets some calls through, to see whether they work.",
      firedWhen: "after the commit of that, by the process that wrote it",
      payload: movedCircuit,
    },
    CIRCUIT_CLOSED: {
      ...ON_REQUEST,
      name: "tasker.circuit.closed",
      description: "A circuit breaker has closed: calls work again.",
      firedWhen: "after the commit of that, by the process that wrote it",
      payload: movedCircuit,
    },
    PROCESS_JOINED: {
      ...ON_REQUEST,
      name: "tasker.process.joined",
      description: "A process has registered, and claims tasks from now on.",
      firedWhen: "after the commit of its row, also when it starts over",
      payload: z.strictObject({ process_id: id("id of the process", 7) }),
    },
    PROCESS_LEFT: {
      ...ON_REQUEST,
      name: "tasker.process.left",
      description: "A process has given back its tasks and stopped.",
      firedWhen: "after the commit of that",
      payload: z.strictObject({ process_id: id("id of the process", 7) }),
    },
    PROCESS_FENCED: {
      ...ON_REQUEST,
      name: "tasker.process.fenced",
      description: "A process could not renew its lease in time: it starts and writes nothing until it can.",
      firedWhen: "when its lease has ended by its own clock, or others have declared it dead",
      payload: z.strictObject({ process_id: id("id of the process", 7) }),
    },
    PROCESS_TASKS_TAKEN_OVER: {
      ...ON_REQUEST,
      name: "tasker.process.tasks_taken_over",
      description: "Tasks of processes that are gone were given back, to be claimed.",
      firedWhen: "after the commit of that, by the process that did it",
      payload: z.strictObject({ tasks: count("number of tasks") }),
    },
    CONCURRENCY_CHANGED: {
      ...ON_REQUEST,
      name: "tasker.concurrency.changed",
      description: "The number of steps that a process executes at the same time has changed.",
      firedWhen: "when the limit that follows pool, event loop and memory moves",
      payload: z.strictObject({ from: count("limit before", 10), to: count("limit now", 20) }),
    },
    CONFIGURATION_CHANGED: {
      ...ON_REQUEST,
      name: "configuration.changed",
      description: "Options of the configuration have changed, and are in force in this process.",
      firedWhen: "when the engine has taken them over from a file or the database",
      payload: z.strictObject({
        options: changedOptions,
        sources: texts("where their values come from now", ["tasker.yaml:12"]),
      }),
    },
    CONFIGURATION_REFUSED: {
      ...ON_REQUEST,
      name: "configuration.refused",
      description: "The configuration was changed to something that is wrong: what was in force stays.",
      firedWhen: "when a process has read it; once for each mistake that it is",
      payload: z.strictObject({
        problems: texts("a line for everything that is wrong", [
          "tasker.yaml:12: cache.default_ttl is 0, expected ...",
        ]),
      }),
    },
    CONFIGURATION_RESTART_NEEDED: {
      ...ON_REQUEST,
      name: "configuration.restart_needed",
      description: "Options have changed that take effect when the process is started again.",
      firedWhen: "when a process has read them",
      payload: z.strictObject({ options: changedOptions }),
    },
  },
);
