import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { PermanentError } from "../../src/errors/index.ts";
import { AnnotationType, DependentSystemObjectMap, TaskAnnotation } from "../../src/models/index.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeEachDatabase } from "../support/test-database.ts";
import { type ApiUnderTest, startApi } from "./support/graphql-harness.ts";

describeEachDatabase("queries", (open) => {
  let database: Database;
  let api: ApiUnderTest;
  let taskId: number;
  let failedId: number;
  beforeAll(async () => {
    database = await open();
    await prepare();
  });
  afterAll(async () => {
    await api.engine.stop({ graceMs: 0 });
    await database.close();
  });

  async function prepare(): Promise<void> {
    api = await startApi(database, [
      graphTemplate("a -> b, a -> c, b -> d, c -> d", {
        steps: { a: { dependentSystem: "warehouse" } },
        run: (task, _sequence, step) => {
          if (task.context.fails === true) throw new PermanentError("broken");
          return { step: step.name };
        },
      }),
    ]);
    const { engine } = api;
    const request = { name: "graph", context: { order: { id: 7 } }, tags: ["x"], reason: "a test", initiator: "ada" };
    ({ taskId } = await engine.submit(request));
    await engine.settled(taskId);
    ({ taskId: failedId } = await engine.submit({ name: "graph", context: { fails: true } }));
    await engine.settled(failedId);
    const type = await AnnotationType.findOrCreateByName(database, "note");
    const { annotation_type_id } = type;
    await TaskAnnotation.create(database, { task_id: taskId, annotation_type_id, annotation: { by: "ada", size: 3 } });
  }

  test("tell everything about a task", async () => {
    const { data, errors } = await api.ask(
      `query ($id: ID!) {
        task(taskId: $id) {
          taskId namespace name version status complete namedTaskId requestedAt initiator sourceSystem reason tags bypassSteps
          context identityHash createdAt updatedAt
          namedTask { namedTaskId name version namespace description createdAt updatedAt
            namedTasksNamedSteps { id namedTaskId namedStepId skippable defaultRetryable defaultRetryLimit createdAt updatedAt
              namedTask { name } namedStep { name } } }
          workflowSteps {
            workflowStepId taskId namedStepId name status retryable retryLimit inProcess processed processedAt attempts
            lastAttemptedAt backoffRequestSeconds inputs results createdAt updatedAt skippable
            task { taskId status reason tags createdAt updatedAt ... on Task { initiator } }
            namedStep { namedStepId dependentSystemId name description createdAt updatedAt
              dependentSystem { dependentSystemId name createdAt updatedAt objectMaps { remoteIdOne } } }
            children { name } parents { name } parentStepIds childStepIds isRootStep isLeafStep parentCount childCount
          }
          taskAnnotations {
            taskAnnotationId taskId annotationTypeId annotation createdAt updatedAt task { taskId }
            annotationType { annotationTypeId name description createdAt updatedAt }
          }
        }
      }`,
      { id: taskId },
    );
    expect(errors).toBeUndefined();
    expect(data?.task).toMatchObject({
      taskId: String(taskId),
      namespace: "default",
      name: "graph",
      version: "1.0.0",
      status: "complete",
      complete: true,
      initiator: "ada",
      reason: "a test",
      tags: ["x"],
      context: { order: { id: 7 } },
      namedTask: {
        name: "graph",
        namedTasksNamedSteps: expect.arrayContaining(
          ["a", "b", "c", "d"].map((name) =>
            expect.objectContaining({ defaultRetryLimit: 3, namedTask: { name: "graph" }, namedStep: { name } }),
          ),
        ),
      },
      workflowSteps: [
        {
          name: "a",
          taskId,
          status: "complete",
          attempts: 1,
          results: { step: "a" },
          task: { taskId: String(taskId), status: "complete", initiator: "ada" },
          namedStep: { name: "a", dependentSystem: { name: "warehouse", objectMaps: [] } },
          children: [{ name: "b" }, { name: "c" }],
          parents: [],
          isRootStep: true,
          isLeafStep: false,
          parentCount: 0,
          childCount: 2,
        },
        { name: "b" },
        { name: "c" },
        { name: "d", parents: [{ name: "b" }, { name: "c" }], isLeafStep: true, parentCount: 2 },
      ],
      taskAnnotations: [
        { annotation: { by: "ada", size: 3 }, task: { taskId: String(taskId) }, annotationType: { name: "note" } },
      ],
    });
  });
  test("list tasks in any order of their columns, with an offset", async () => {
    const ids = async (args: string) => {
      const { data } = await api.ask(`{ tasks${args} { taskId } }`);
      return Array.from(data?.tasks ?? [], ({ taskId: id }) => Number(id));
    };
    expect(await ids("")).toEqual([failedId, taskId]);
    expect(await ids(`(sortBy: "task_id", sortOrder: "asc")`)).toEqual([taskId, failedId]);
    expect(await ids(`(sortBy: "taskId", sortOrder: "desc", limit: 1)`)).toEqual([failedId]);
    expect(await ids(`(sortBy: "no_such_column", sortOrder: "sideways", offset: 1)`)).toEqual([failedId]);
    expect(await ids(`(limit: null, offset: null, sortBy: null, sortOrder: null)`)).toHaveLength(2);
  });

  test("page through tasks, the newest first, with filters and a count", async () => {
    const query = `query ($after: String, $filter: TaskFilter) {
      tasksConnection(first: 1, after: $after, filter: $filter) {
        totalCount edges { cursor node { taskId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      }
    }`;
    const ask = async (variables: object) => Object((await api.ask(query, { ...variables })).data?.tasksConnection);
    const first = await ask({});
    expect(first).toMatchObject({ totalCount: 2, edges: [{ node: { taskId: String(failedId) } }] });
    expect(first.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const after = first.pageInfo.endCursor;
    expect(first.edges[0].cursor).toBe(after);
    expect(await ask({ after })).toMatchObject({
      edges: [{ node: { taskId: String(taskId) } }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
    const filter = {
      statuses: ["complete"],
      tag: "x",
      namespaces: ["default"],
      annotation: { type: "note", key: "by" },
    };
    expect(await ask({ filter })).toMatchObject({ totalCount: 1, edges: [{ node: { taskId: String(taskId) } }] });
    expect(await ask({ filter: { initiator: "nobody", name: null } })).toMatchObject({ totalCount: 0, edges: [] });
    expect(await api.ask(query, { filter: { statuses: ["gone"] } })).toMatchObject({
      errors: [{ extensions: { code: "TASKER_INVALID_REQUEST", field: "filter.statuses" } }],
    });
    expect(await api.ask(query, { after: "x" })).toMatchObject({ errors: [{ extensions: { field: "cursor" } }] });
  });

  test("list tasks by status; one without transitions is pending", async () => {
    await api.engine.stop();
    const { taskId: waiting } = await api.engine.submit({ name: "graph", context: {} });
    const { data, errors } = await api.ask(`{
      complete: tasksByStatus(status: "complete") { taskId }
      error: tasksByStatus(status: "error") { taskId status }
      pending: tasksByStatus(status: "pending") { taskId status }
      cancelled: tasksByStatus(status: "cancelled") { taskId }
    }`);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      complete: [{ taskId: String(taskId) }],
      error: [{ taskId: String(failedId), status: "error" }],
      pending: [{ taskId: String(waiting), status: "pending" }],
      cancelled: [],
    });
    expect(await api.ask(`{ tasksByStatus(status: "gone") { taskId } }`)).toMatchObject({
      data: { tasksByStatus: null },
      errors: [{ message: expect.stringContaining('status is "gone", expected one of pending') }],
    });
  });

  test("list tasks by an annotation, and the types of annotations by name", async () => {
    await AnnotationType.findOrCreateByName(database, "another");
    const { data } = await api.ask(`{
      found: tasksByAnnotation(annotationType: "note", annotationKey: "by", annotationValue: "ada") { taskId }
      number: tasksByAnnotation(annotationType: "note", annotationKey: "size", annotationValue: "3") { taskId }
      none: tasksByAnnotation(annotationType: "note", annotationKey: "by", annotationValue: "bob") { taskId }
      annotationTypes { name description }
    }`);
    expect(data).toEqual({
      found: [{ taskId: String(taskId) }],
      number: [{ taskId: String(taskId) }],
      none: [],
      annotationTypes: [
        { name: "another", description: null },
        { name: "note", description: null },
      ],
    });
  });

  test("give a step of a task; null for a step of another task and for what does not exist", async () => {
    const step = await firstStepOf(failedId);
    const query = `query ($taskId: BigInt!, $stepId: ID!) { step(taskId: $taskId, stepId: $stepId) { workflowStepId status results } }`;
    expect(await api.ask(query, { taskId: failedId, stepId: step })).toMatchObject({
      data: { step: { workflowStepId: step, status: "error", results: { error: "broken" } } },
    });
    expect(await api.ask(query, { taskId: String(failedId), stepId: step })).toMatchObject({ data: { step: {} } });
    expect(await api.ask(query, { taskId, stepId: step })).toEqual({ data: { step: null } });
    expect(await api.ask(query, { taskId: "9007199254740993", stepId: step })).toMatchObject({
      errors: [{ extensions: { code: "TASKER_INVALID_REQUEST", field: "taskId" } }],
    });
    expect(await api.ask("{ task(taskId: 999) { taskId } }")).toEqual({ data: { task: null } });
    expect(await api.ask(`{ task(taskId: "x") { taskId } }`)).toMatchObject({
      errors: [{ message: "taskId is x, expected the id of a row, a whole number of 1 or more" }],
    });
  });

  test("find everything again by its id for node", async () => {
    await api.ask("{ tasks { taskId } }");
    await DependentSystemObjectMap.findOrCreate(
      database,
      { system: "warehouse", id: "w-1" },
      { system: "shop", id: "s-1" },
    );
    const { data } = await api.ask(
      `query ($id: ID!) {
        task(taskId: $id) { id namedTask { id } workflowSteps(limit: 1) { id namedStep { id dependentSystem { id } } }
          taskAnnotations { id annotationType { id } } }
        dependentSystems { objectMaps { id } }
      }`,
      { id: taskId },
    );
    const ids = [...JSON.stringify(data).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id);
    const found = await api.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", { ids });
    expect(found.errors).toBeUndefined();
    expect(Array.from(found.data?.nodes ?? [], ({ id }) => id)).toEqual(ids);
    expect(new Set(Array.from(found.data?.nodes ?? [], ({ __typename }) => __typename))).toEqual(
      new Set([
        "Task",
        "NamedTask",
        "WorkflowStep",
        "NamedStep",
        "DependentSystem",
        "TaskAnnotation",
        "Annotation",
        "DependentSystemObjectMap",
      ]),
    );
    const [id = ""] = ids;
    expect(await api.ask("query ($id: ID!) { node(id: $id) { ... on Task { status } } }", { id })).toEqual({
      data: { node: { status: "complete" } },
    });
    const none = [...["Task:999", "Unknown:1", "Task:x"].map((text) => Buffer.from(text).toString("base64url")), "?"];
    expect(await api.ask("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", { ids: none })).toEqual({
      data: { nodes: [null, null, null, null] },
    });
  });

  test("give what a system and its objects are called elsewhere", async () => {
    const { data } = await api.ask(`{
      dependentSystems {
        dependentSystemId name createdAt updatedAt
        objectMaps {
          dependentSystemObjectMapId dependentSystemOneId dependentSystemTwoId remoteIdOne remoteIdTwo createdAt updatedAt
          dependentSystemOne { name } dependentSystemTwo { name }
        }
      }
    }`);
    const map = {
      remoteIdOne: "w-1",
      remoteIdTwo: "s-1",
      dependentSystemOne: { name: "warehouse" },
      dependentSystemTwo: { name: "shop" },
    };
    expect(data?.dependentSystems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: "warehouse", objectMaps: [expect.objectContaining(map)] }),
        expect.objectContaining({ name: "shop", objectMaps: [expect.objectContaining(map)] }),
        expect.objectContaining({ name: "unknown", objectMaps: [] }),
      ]),
    );
  });

  test("give the templates' versions of a namespace", async () => {
    const { data } = await api.ask(`{
      namedTasks(namespace: "default") { name version namespace }
      none: namedTasks(namespace: "nowhere") { name }
    }`);
    expect(data).toEqual({ namedTasks: [{ name: "graph", version: "1.0.0", namespace: "default" }], none: [] });
  });

  test("page through the steps of a task", async () => {
    const query = `query ($id: ID!, $after: String) {
      task(taskId: $id) {
        workflowSteps(limit: 2) { name }
        workflowStepsConnection(first: 3, after: $after) {
          edges { cursor node { name } } nodes { name }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        }
      }
    }`;
    const { data } = await api.ask(query, { id: taskId });
    const { workflowSteps, workflowStepsConnection: first } = Object(data?.task);
    expect(workflowSteps).toEqual([{ name: "a" }, { name: "b" }]);
    expect(first.nodes).toEqual([{ name: "a" }, { name: "b" }, { name: "c" }]);
    expect(first.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: first.edges[0].cursor,
      endCursor: first.edges[2].cursor,
    });
    const rest = Object((await api.ask(query, { id: taskId, after: first.pageInfo.endCursor })).data?.task);
    expect(rest.workflowStepsConnection).toMatchObject({
      nodes: [{ name: "d" }],
      pageInfo: { hasNextPage: false, hasPreviousPage: true },
    });
    expect(await api.ask(query, { id: taskId, after: "x" })).toMatchObject({
      errors: [{ message: "after is no cursor, expected a cursor that a page of this list gave" }],
    });
  });

  async function firstStepOf(task: number): Promise<string> {
    const { data } = await api.ask("query ($id: ID!) { task(taskId: $id) { workflowSteps { workflowStepId } } }", {
      id: task,
    });
    return Object(data?.task).workflowSteps[0].workflowStepId;
  }
});
