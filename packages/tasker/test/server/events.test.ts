import { expect, onTestFinished, test } from "vitest";
import { type Client, ROUTES } from "../../src/client/index.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { refusalOf, serveTokens } from "./support/serve-tokens.ts";

/** Two tasks that are complete: task 1 of the namespace `default`, task 2 of `payments`. */
async function serveEvents() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const templates = [graphTemplate("a -> b"), graphTemplate("a", { namespace: "payments", name: "charge" })];
  const made = await serveTokens(database, { templates });
  await made.engine.start();
  await made.engine.submit({ name: "graph", context: {} });
  await made.engine.submit({ namespace: "payments", name: "charge", context: {} });
  for (const taskId of [1, 2]) await made.engine.settled(taskId);
  return { ...made, database, viewer: await made.clientOf({ roles: ["viewer"] }) };
}

/** The events of all pages. */
async function allEvents(client: Client, query: object = {}) {
  const events = [];
  let cursor: string | undefined;
  do {
    const page = await client.call(ROUTES.listEvents, { query: { ...query, cursor } });
    events.push(...page.events);
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return events;
}

const idsOf = (events: readonly { readonly id: string }[]) => events.map(({ id }) => id);

describeOnPostgres("events over HTTP", () => {
  test("of the log are told page by page, each once, those of a task in their order", async () => {
    const { viewer } = await serveEvents();
    const whole = await allEvents(viewer, { limit: 200 });
    const names = whole
      .filter(({ task_id }) => task_id === 1)
      .map(({ name, step_name }) => `${name} ${step_name ?? ""}`.trim());
    expect(names[0]).toBe("task.initialize_requested");
    expect(names.at(-1)).toBe("task.completed");
    expect(names.filter((name) => name.startsWith("step.completed"))).toEqual(["step.completed a", "step.completed b"]);
    expect(whole[0]).toMatchObject({ namespace: expect.any(String), payload: expect.any(Object), version: "1.0.0" });
    const inPieces = await allEvents(viewer, { limit: 1 });
    expect(idsOf(inPieces).sort()).toEqual(idsOf(whole).sort());
    expect(new Set(idsOf(inPieces)).size).toBe(whole.length);
  });

  test("are those of a task, of names, of a time, and of the namespaces that somebody may see", async () => {
    const { viewer, clientOf } = await serveEvents();
    const whole = await allEvents(viewer, { limit: 200 });
    const ofTask = await allEvents(viewer, { task_id: 1, limit: 2 });
    expect(idsOf(ofTask).sort()).toEqual(idsOf(whole.filter(({ task_id }) => task_id === 1)).sort());
    const completed = await allEvents(viewer, { name: ["task.completed", "step.c*"] });
    expect(completed.map(({ name }) => name).sort()).toEqual([
      ...["step.completed", "step.completed", "step.completed"],
      ...["task.completed", "task.completed"],
    ]);
    expect(await allEvents(viewer, { from: "2999-01-01T00:00:00Z" })).toEqual([]);
    expect(await allEvents(viewer, { before: "2001-01-01T00:00:00Z" })).toEqual([]);
    const limited = await clientOf({ roles: ["viewer"], namespaces: ["payments"] });
    expect(new Set((await allEvents(limited)).map(({ task_id }) => task_id))).toEqual(new Set([2]));
    expect(await allEvents(limited, { task_id: 1 })).toEqual([]);
    expect(await allEvents(limited, { namespace: ["default"] })).toEqual([]);
    const nobody = await clientOf({ permissions: ["tasker.task:index"] });
    expect(await refusalOf(nobody.call(ROUTES.listEvents))).toEqual([403, "TASKER_FORBIDDEN"]);
    expect(await refusalOf(viewer.call(ROUTES.listEvents, { query: { cursor: "x" } }))).toEqual([
      400,
      "TASKER_INVALID_REQUEST",
    ]);
  });

  test("that there are stand in a catalogue", async () => {
    const { viewer } = await serveEvents();
    const { event_types } = await viewer.call(ROUTES.listEventTypes, { query: { category: "step" } });
    expect(event_types.map(({ name }) => name)).toContain("step.failed");
    expect(event_types.every(({ category }) => category === "step")).toBe(true);
    const found = await viewer.call(ROUTES.getEventType, { params: { name: "task.completed" } });
    expect(found).toMatchObject({ durability: "derived", payload_schema: { type: "object" } });
    expect(await refusalOf(viewer.call(ROUTES.getEventType, { params: { name: "task.compleated" } }))).toEqual([
      404,
      "TASKER_NOT_FOUND",
    ]);
  });
});
