import { expect, onTestFinished, test } from "vitest";
import { ROUTES } from "../../src/client/index.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { auditOf, refusalOf, serveTokens } from "./support/serve-tokens.ts";

/** A task whose three steps are complete. */
async function serveSteps() {
  const database = await openTestDatabase();
  onTestFinished(() => database.close());
  const run = (_task: unknown, _sequence: unknown, step: { readonly name: string }) => ({
    of: step.name,
    card: "4111",
  });
  const templates = [graphTemplate("a -> b, a -> c", { run, redact: ["results.b.card"] })];
  const made = await serveTokens(database, { templates });
  await made.engine.start();
  const { taskId } = await made.engine.submit({ name: "graph", context: {} });
  await made.engine.settled(taskId);
  const operator = await made.clientOf({ name: "ops", roles: ["operator"] });
  return { ...made, database, operator, params: { task_id: taskId } };
}

const NOT_FOUND = [404, "TASKER_TASK_NOT_FOUND"];

describeOnPostgres("the steps of a task over HTTP", () => {
  test("are listed page by page, and shown by name and by id, without what is to be hidden", async () => {
    const { operator, params } = await serveSteps();
    const first = await operator.call(ROUTES.listSteps, { params, query: { limit: 2 } });
    const cursor = first.next_cursor ?? "";
    const rest = await operator.call(ROUTES.listSteps, { params, query: { limit: 2, cursor } });
    expect(rest.next_cursor).toBeNull();
    const steps = [...first.steps, ...rest.steps];
    expect(steps.map(({ name, state, attempts }) => [name, state, attempts])).toEqual([
      ["a", "complete", 1],
      ["b", "complete", 1],
      ["c", "complete", 1],
    ]);
    const [a, b, c] = steps;
    expect([a?.children, b?.parents, a?.parents]).toEqual([[b?.step_id, c?.step_id], [a?.step_id], []]);
    const byName = await operator.call(ROUTES.getStep, { params: { ...params, step: "b" } });
    expect(byName).toEqual(b);
    expect(byName.results).toMatchObject({ of: "b" });
    expect(JSON.stringify(byName.results)).not.toContain("4111");
    expect(await operator.call(ROUTES.getStep, { params: { ...params, step: a?.step_id ?? 0 } })).toEqual(a);
    for (const step of ["d", Number.MAX_SAFE_INTEGER]) {
      const refused = operator.call(ROUTES.getStep, { params: { ...params, step } });
      expect(await refusalOf(refused)).toEqual([404, "TASKER_STEP_NOT_FOUND"]);
    }
  });

  test("and what happened to them, and what operators did, are listed, the oldest first", async () => {
    const { operator, engine, params } = await serveSteps();
    const page = await operator.call(ROUTES.listTransitions, { params, query: { limit: 200 } });
    expect(page.transitions).toContainEqual(
      expect.objectContaining({ step_name: "a", from_state: "in_progress", to_state: "complete" }),
    );
    expect(page.transitions.at(-1)).toMatchObject({ step_id: null, step_name: null, to_state: "complete" });
    const inPieces = [];
    let cursor: string | undefined;
    do {
      const piece = await operator.call(ROUTES.listTransitions, { params, query: { limit: 2, cursor } });
      inPieces.push(...piece.transitions);
      cursor = piece.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(inPieces).toEqual(page.transitions);
    const { taskId } = await engine.submit({ name: "graph", context: {}, runAt: new Date("2999-01-01") });
    const body = { reason: "a look" };
    for (const route of [ROUTES.pauseTask, ROUTES.resumeTask]) {
      await operator.call(route, { params: { task_id: taskId }, body });
    }
    const done = await operator.call(ROUTES.listActions, { params: { task_id: taskId }, query: { limit: 1 } });
    expect(done.actions).toMatchObject([{ action: "pause_task", step_name: null, reason: "a look" }]);
    const query = { cursor: done.next_cursor ?? "" };
    const { actions } = await operator.call(ROUTES.listActions, { params: { task_id: taskId }, query });
    expect(actions.map(({ action }) => action)).toEqual(["resume_task"]);
  });

  test("and its annotations are listed and added, which stands in the audit log", async () => {
    const { operator, clientOf, database, params } = await serveSteps();
    const add = (type: string, value: unknown, client = operator) =>
      client.call(ROUTES.addAnnotation, { params, body: { type, value: value as never } });
    expect(await add("note", { by: "ada" })).toMatchObject({ annotation_id: 1, type: "note", value: { by: "ada" } });
    await add("note", null);
    const page = await operator.call(ROUTES.listAnnotations, { params, query: { limit: 1 } });
    expect(page.annotations).toMatchObject([{ annotation_id: 1, type: "note", value: { by: "ada" } }]);
    const query = { cursor: page.next_cursor ?? "" };
    expect(await operator.call(ROUTES.listAnnotations, { params, query })).toMatchObject({
      annotations: [{ annotation_id: 2, value: null }],
      next_cursor: null,
    });
    const { annotation_types } = await operator.call(ROUTES.listAnnotationTypes);
    expect(annotation_types.map(({ name }) => name)).toEqual(["note"]);
    expect((await auditOf(database, "tasker.annotation")).map(({ action, id }) => [action, id])).toEqual([
      ["annotation.create", "1"],
      ["annotation.create", "2"],
    ]);
    const viewer = await clientOf({ roles: ["viewer"] });
    expect(await refusalOf(add("note", 1, viewer))).toEqual([403, "TASKER_FORBIDDEN"]);
    expect(await refusalOf(add("n".repeat(65), 1))).toEqual([400, "TASKER_MALFORMED_REQUEST"]);
  });

  test("are not there for those who may not see their namespace, nor for ids that no task can have", async () => {
    const { url, clientOf, tokenOf, params } = await serveSteps();
    const elsewhere = await clientOf({ roles: ["operator"], namespaces: ["payments"] });
    for (const route of [ROUTES.listSteps, ROUTES.listTransitions, ROUTES.listActions, ROUTES.listAnnotations]) {
      expect(await refusalOf(elsewhere.call(route, { params }))).toEqual(NOT_FOUND);
    }
    expect(await refusalOf(elsewhere.call(ROUTES.getStep, { params: { ...params, step: "a" } }))).toEqual(NOT_FOUND);
    const { secret } = await tokenOf({ roles: ["operator"] });
    const status = async (path: string) => {
      const answer = await fetch(`${url}/v1/tasks/${path}`, { headers: { authorization: `Bearer ${secret}` } });
      return answer.status;
    };
    for (const id of ["0", "-1", "1.5", "abc", "99999999999999999999", "1e3", "%00"]) {
      expect(await status(`${id}/steps`), id).toBe(400);
    }
    expect(await status(`${Number.MAX_SAFE_INTEGER}/steps`)).toBe(404);
    for (const query of ["limit=0", "limit=201", "limit=x", "limit=1&limit=2", "cursor=", "curser=x", "cursor=W10"]) {
      expect(await status(`1/steps?${query}`), query).toBe(400);
    }
  });
});
