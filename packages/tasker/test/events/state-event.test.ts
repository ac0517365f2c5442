import { describe, expect, it } from "vitest";
import { creationEvent, stateEvent, stateEvents } from "../../src/events/state-event.ts";
import type { EventSubject, TransitionFacts } from "../../src/events/transition-facts.ts";

const task: EventSubject = {
  taskId: 7,
  namespace: "shop",
  taskName: "order",
  version: "1.0.0",
  correlationId: "c-1",
  requestedAt: 1_000,
};
const step: EventSubject = { ...task, step: { stepId: 70, name: "charge" } };
const row = (facts: Partial<TransitionFacts>): TransitionFacts => ({
  from: "in_progress",
  to: "complete",
  sortKey: 20,
  metadata: {},
  at: 3_500,
  ...facts,
});
const namesOf = (subject: EventSubject, facts: Partial<TransitionFacts>) =>
  stateEvents(subject, row(facts)).map(({ name, id }) => `${name} ${id}`);

describe("the events of a transition row", () => {
  it("name the transition, and are known by the row's place in the history", () => {
    expect(
      stateEvent(step, row({ metadata: { attempt_number: 2, execution_id: "1.5", execution_duration: 0.25 } })),
    ).toEqual({
      id: "step:70:20",
      name: "step.completed",
      at: 3_500,
      taskId: 7,
      namespace: "shop",
      taskName: "order",
      version: "1.0.0",
      correlationId: "c-1",
      stepId: 70,
      stepName: "charge",
      payload: {
        from_state: "in_progress",
        to_state: "complete",
        attempt_number: 2,
        execution_id: "1.5",
        execution_duration: 0.25,
      },
    });
    expect(stateEvent(task, row({ metadata: { total_steps: 3 } }))).toMatchObject({
      id: "task:7:20",
      name: "task.completed",
      stepId: null,
      payload: { total_steps: 3, total_execution_duration: 2.5, cancelled_steps: [] },
    });
  });

  it("have a frozen payload", () => {
    expect(Object.isFrozen(stateEvent(task, row({}))?.payload)).toBe(true);
  });

  it("are none for a move that the machines do not know", () => {
    expect(stateEvent(task, row({ from: "cancelled", to: "complete" }))).toBeNull();
    expect(stateEvent(step, row({ from: "complete", to: "pending" }))).toBeNull();
  });

  it("tell of a row that somebody else has written, with nulls for what it does not say", () => {
    const event = stateEvent(step, row({ from: null, to: "error", metadata: { error_message: 5 } }));
    expect(event?.payload).toEqual({
      from_state: null,
      to_state: "error",
      attempt_number: null,
      execution_id: null,
      execution_duration: null,
      error_message: null,
      error_class: null,
      error_code: null,
      permanent: false,
      retry_available: null,
      backoff_seconds: null,
      backoff_until: null,
    });
  });

  it("tell a task's creation once, from the task's own row", () => {
    expect(stateEvents(task, row({ from: null, to: "pending" }))).toEqual([]);
    expect(creationEvent(task, { initiator: "web", sourceSystem: "shop", reason: "paid", at: 1_200 })).toMatchObject({
      id: "task:7:created",
      name: "task.initialize_requested",
      at: 1_200,
      payload: { from_state: null, to_state: "pending", initiator: "web" },
    });
  });

  it.each([
    ["a failure that is tried again", { retry_available: true }, ["step.failed", "observability.step.backoff"]],
    [
      "one that has used up its attempts",
      { retry_available: false, permanent: false },
      ["step.failed", "observability.step.max_retries_reached"],
    ],
    ["one for good", { retry_available: false, permanent: true }, ["step.failed"]],
    ["an interruption", { interrupted: true, retry_available: true }, ["step.interrupted"]],
    ["the last interruption", { interrupted: true, permanent: true, retry_available: false }, ["step.failed"]],
    ["an open circuit", { interrupted: true, circuit_open: "psp", retry_available: true }, ["step.postponed"]],
  ])("tell %s", (_, metadata, expected) => {
    expect(stateEvents(step, row({ to: "error", metadata })).map(({ name }) => name)).toEqual(expected);
  });

  it("give what a row says besides its transition an id of its own", () => {
    const resolved = { from: "pending", to: "resolved_manually" } as const;
    expect(namesOf(step, { ...resolved, metadata: { resolution: "skipped" } })).toEqual([
      "step.resolved_manually step:70:20",
      "step.skipped step:70:20:step.skipped",
    ]);
    expect(namesOf(step, { ...resolved, metadata: { resolution: "bypassed" } })[1]).toBe(
      "step.bypassed step:70:20:step.bypassed",
    );
    expect(namesOf(step, { from: "pending", to: "in_progress", metadata: { waiting_for: { kind: "sleep" } } })).toEqual(
      ["step.execution_requested step:70:20", "step.wait_started step:70:20:step.wait_started"],
    );
    expect(namesOf(task, { to: "error", metadata: { compensated: true } })).toEqual([
      "task.failed task:7:20",
      "task.compensated task:7:20:task.compensated",
    ]);
  });

  it("are made only if they are wanted, with the ids that they would have among all", () => {
    const failure = row({ to: "error", metadata: { retry_available: true } });
    const events = stateEvents(step, failure, (name) => name === "observability.step.backoff");
    expect(events.map(({ id }) => id)).toEqual(["step:70:20:observability.step.backoff"]);
  });
});
