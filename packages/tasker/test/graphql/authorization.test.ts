import { afterAll, beforeAll, expect, test } from "vitest";
import { resources } from "../../src/auth/authorization/resources.ts";
import type { Principal } from "../../src/auth/principal.ts";
import type { Database } from "../../src/database/database.ts";
import { MUTATION_FIELDS } from "../../src/graphql/mutations/index.ts";
import { QUERY_FIELDS } from "../../src/graphql/queries/index.ts";
import { encodeGlobalId } from "../../src/graphql/relay/global-id.ts";
import { somebody } from "../auth/support/requests.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { type ApiUnderTest, startApi } from "./support/graphql-harness.ts";

const may = (...permissions: string[]): Principal => somebody({ permissions });
/** What a query needs where it is not the subject of a test. */
const READING = ["tasker.task:index", "tasker.task:show"];

describeOnPostgres("authorization", () => {
  let database: Database;
  let api: ApiUnderTest;
  let payment: number;
  let shipment: number;
  let step: number;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await startApi(database, [
      graphTemplate("a -> b", { name: "pay", namespace: "payments" }),
      graphTemplate("a", { name: "ship", namespace: "shipping" }),
    ]);
    const { engine } = api;
    const context = { created_by_user_id: "ada" };
    const [one, two] = await engine.submitMany([
      { name: "pay", namespace: "payments", context },
      { name: "ship", namespace: "shipping", context },
    ]);
    payment = one?.taskId ?? 0;
    shipment = two?.taskId ?? 0;
    await engine.settled(payment);
    await engine.settled(shipment);
    const rows = await database.query(
      "select min(workflow_step_id) as id from tasker_workflow_steps where task_id = $1",
      [payment],
    );
    step = Number(rows[0]?.id);
  });
  afterAll(async () => {
    await api.engine.stop({ graceMs: 0 });
    await database.close();
  });

  const forbidden = (resource: string, action: string) => ({ extensions: { code: "FORBIDDEN", resource, action } });

  /** A request for a root field that gets at what it is about. */
  function requestFor(name: string): string {
    const ids = `taskId: "${payment}"`;
    const stepIds = `${ids}, stepId: "${step}"`;
    const args: Readonly<Record<string, string>> = {
      tasksByStatus: `(status: "complete") { taskId }`,
      tasksByAnnotation: `(annotationType: "a", annotationKey: "b", annotationValue: "c") { taskId }`,
      tasksConnection: "{ nodes { taskId } }",
      task: `(${ids}) { taskId }`,
      step: `(taskId: ${payment}, stepId: "${step}") { workflowStepId }`,
      annotationTypes: "{ name }",
      namedTasks: "{ name }",
      dependentSystems: "{ name }",
      tasks: "{ taskId }",
      createTask: `(input: { name: "pay", namespace: "payments", context: {} }) { outcome }`,
      updateTask: `(input: { ${ids}, reason: "x" }) { outcome }`,
      rerunTask: `(input: { ${ids}, step: "b", reason: "x" }) { outcome }`,
      rerunTaskFrom: `(input: { ${ids}, step: "b", reason: "x" }) { outcome }`,
      signalTask: `(input: { ${ids}, name: "x" }) { outcome }`,
      updateStep: `(input: { taskId: ${payment}, stepId: "${step}", retryLimit: 3 }) { outcome }`,
    };
    const given = args[name] ?? (name.endsWith("Task") ? ids : stepIds);
    const field =
      args[name] === undefined ? `${name}(input: { ${given}, reason: "x" }) { outcome }` : `${name}${given}`;
    return MUTATION_FIELDS.some((mutation) => mutation.name === name) ? `mutation { ${field} }` : `{ ${field} }`;
  }

  const operations = [...QUERY_FIELDS, ...MUTATION_FIELDS].flatMap(({ name, permission }) =>
    permission === null ? [] : [{ name, permission }],
  );

  test.each(operations)("$name needs $permission, and nothing else", async ({ name, permission }) => {
    const [resource = "", action = ""] = permission.split(":");
    const everythingElse = resources().flatMap((other) => (other === resource ? [] : [`${other}:*`]));
    const refused = await api.ask(requestFor(name), {}, may(...everythingElse));
    expect(refused).toMatchObject({ data: { [name]: null }, errors: [forbidden(resource, action)] });
    const allowed = await api.ask(requestFor(name), {}, may(permission));
    expect(allowed.errors).toBeUndefined();
  });

  test.each([
    ["an alias", "{ task: tasks { workflowSteps { name } } }"],
    ["a fragment", "{ ...f } fragment f on Query { tasks { ...g } } fragment g on Task { workflowSteps { name } }"],
    ["an inline fragment", "{ ... on Query { tasks { ... on Task { workflowSteps { name } } } } }"],
    ["a directive", "{ tasks @include(if: true) { workflowSteps @skip(if: false) { name } } }"],
    ["a second root field", "{ annotationTypes { name } tasks { workflowSteps { name } } }"],
    ["another operation of the document", "query a { tasks { taskId workflowSteps { name } } }"],
    ["an argument with a bracket", `{ tasks(sortBy: ") {") { workflowSteps { name } } }`],
    ["a connection", "{ tasksConnection { nodes { workflowStepsConnection { nodes { name } } } } }"],
  ])("a nested field is asked for by %s with its own permission", async (_what, query) => {
    const reader = may(...READING, "tasker.annotation:index");
    expect((await api.ask(query, {}, reader)).errors).toMatchObject([forbidden("tasker.workflow_step", "index")]);
    const other = may(...READING, "tasker.annotation:index", "tasker.workflow_step:index");
    expect((await api.ask(query, {}, other)).errors).toBeUndefined();
  });

  test.each([
    ["workflowSteps { name }", "tasker.workflow_step", "index"],
    ["workflowStepsConnection { nodes { name } }", "tasker.workflow_step", "index"],
    ["taskAnnotations { annotation }", "tasker.annotation", "index"],
    ["namedTask { namedTasksNamedSteps { id } }", "tasker.template", "show"],
  ])("task { %s } needs a permission of its own", async (fields, resource, action) => {
    const query = `{ task(taskId: ${payment}) { taskId ${fields} } }`;
    expect(await api.ask(query, {}, may(...READING))).toMatchObject({ errors: [forbidden(resource, action)] });
    expect((await api.ask(query, {}, may(...READING, `${resource}:${action}`))).errors).toBeUndefined();
  });

  test("a step's task and its neighbours need permissions of their own", async () => {
    const query = (fields: string) => `{ step(taskId: ${payment}, stepId: "${step}") { name ${fields} } }`;
    const only = may("tasker.workflow_step:show");
    expect(await api.ask(query("task { taskId }"), {}, only)).toMatchObject({
      data: { step: { name: "a", task: null } },
      errors: [forbidden("tasker.task", "show")],
    });
    expect(await api.ask(query("children { name }"), {}, only)).toMatchObject({
      data: { step: { children: null } },
      errors: [forbidden("tasker.workflow_step", "index")],
    });
  });

  test("what a mutation gives is shown to those who may see it", async () => {
    const answer = await api.ask(
      `mutation { cancelTask(input: { taskId: ${payment} }) { outcome taskId task { context } } }`,
      {},
      may("tasker.task:cancel"),
    );
    expect(answer).toMatchObject({ data: { cancelTask: { task: null } } });
  });

  test("lists are limited to the caller's namespaces, and things outside are as if they were not there", async () => {
    const viewer = somebody({ roles: ["operator"], namespaces: ["payments"] });
    const { data, errors } = await api.ask(
      `query ($node: ID!) {
        tasks { namespace }
        tasksByStatus(status: "complete") { namespace }
        tasksConnection(filter: { namespaces: ["payments", "shipping"] }) { totalCount nodes { namespace } }
        namedTasks { namespace }
        task(taskId: ${shipment}) { taskId }
        mine: task(taskId: ${payment}) { taskId }
        node(id: $node) { id }
      }`,
      { node: encodeGlobalId("Task", shipment) },
      viewer,
    );
    expect(errors).toBeUndefined();
    const inPayments = (list: unknown) =>
      expect(list).toEqual(Array.from(Array(Object(list).length), () => ({ namespace: "payments" })));
    inPayments(data?.tasks);
    inPayments(data?.tasksByStatus);
    inPayments(data?.namedTasks);
    inPayments(Object(data?.tasksConnection).nodes);
    expect(data).toMatchObject({ task: null, mine: { taskId: String(payment) }, node: null });
    const act = (task: number) =>
      `mutation { pauseTask(input: { taskId: ${task}, reason: "x" }) { taskId errors { code message } } }`;
    const outside = await api.ask(act(shipment), {}, viewer);
    const nowhere = await api.ask(act(99_999), {}, viewer);
    expect(outside.data?.pauseTask).toEqual({
      taskId: null,
      errors: [{ code: "TASKER_TASK_NOT_FOUND", message: `task ${shipment} does not exist` }],
    });
    expect(JSON.stringify(nowhere).replaceAll("99999", String(shipment))).toBe(JSON.stringify(outside));
    const created = `mutation { createTask(input: { name: "ship", namespace: "shipping", context: {} }) { taskId } }`;
    expect((await api.ask(created, {}, viewer)).errors).toMatchObject([forbidden("tasker.task", "create")]);
    expect((await api.ask("{ dependentSystems { name } }", {}, viewer)).errors).toMatchObject([
      forbidden("tasker.dependent_system", "index"),
    ]);
  });

  test("an action on a thing that may be seen is forbidden; nobody is told of others by what is forbidden", async () => {
    const viewer = somebody({ roles: ["viewer"], namespaces: ["payments"] });
    const act = (task: number) => `mutation { pauseTask(input: { taskId: ${task}, reason: "x" }) { taskId } }`;
    for (const task of [payment, shipment, 99_999]) {
      expect((await api.ask(act(task), {}, viewer)).errors).toMatchObject([forbidden("tasker.task", "pause")]);
    }
  });
});
