import { getIntrospectionQuery } from "graphql";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../src/database/database.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { type Answer, type ApiUnderTest, startApi } from "./support/graphql-harness.ts";

/** Longest time for an answer that is a refusal, in milliseconds, on a machine that does other work besides. */
const AT_MOST = 5_000;
/** Most errors of an answer: a hundred, and that there were too many. */
const MOST_ERRORS = 101;

const times = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, at) => make(at)).join(" ");
const nest = (depth: number, open: string, inside: string) => `${open.repeat(depth)}${inside}${"}".repeat(depth)}`;

describeOnPostgres("abuse", () => {
  let database: Database;
  let api: ApiUnderTest;
  beforeAll(async () => {
    database = await openTestDatabase();
    api = await startApi(database, [graphTemplate(times(30, (at) => `root -> s${at},`).slice(0, -1))]);
    await api.engine.submitMany(Array.from({ length: 30 }, () => ({ name: "graph", context: {} })));
  });
  afterAll(async () => {
    await api.engine.stop({ graceMs: 0 });
    await database.close();
  });

  async function answerTo(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const start = performance.now();
    const answer = await api.ask(query, variables);
    expect(performance.now() - start).toBeLessThan(AT_MOST);
    expect(answer.errors?.length ?? 0).toBeLessThanOrEqual(MOST_ERRORS);
    return answer;
  }

  const doubling = `{ tasks { ...f0 } } ${times(30, (at) => `fragment f${at} on Task { ${at === 29 ? "taskId" : `a: namedTask { namedTasksNamedSteps { namedTask { id } } } ...f${at + 1} ...f${at + 1}`} }`)}`;
  const multiplying = `{ step(taskId: 1, stepId: 1) { ...f0 } } ${times(20, (at) => `fragment f${at} on WorkflowStep { ${at === 19 ? "name" : `x: children { ...f${at + 1} } y: parents { ...f${at + 1} }`} }`)}`;

  test.each<[what: string, query: string, facts: Record<string, unknown>, variables?: Record<string, unknown>]>([
    ["a thousand aliases", `{ ${times(1_000, (at) => `a${at}: __typename`)} }`, { limit: "maxAliases", value: 1000 }],
    [
      "a thousand aliases of a list",
      `{ ${times(999, (at) => `a${at}: tasks { taskId }`)} }`,
      { limit: "maxTokens", allowed: 5000 },
    ],
    [
      "aliases in fragments",
      `{ ${times(60, (at) => `...f${at}`)} } ${times(60, (at) => `fragment f${at} on Query { a${at}: __typename }`)}`,
      { limit: "maxAliases" },
    ],
    [
      "many fragments",
      `{ ${times(60, (at) => `...f${at}`)} } ${times(60, (at) => `fragment f${at} on Query { __typename }`)}`,
      { limit: "maxFragments" },
    ],
    ["a field a thousand times", `{ ${times(1_200, () => "tasks { taskId }")} }`, { limit: "maxFields" }],
    [
      "a deep query",
      nest(40, "{ children ", "{ name }").replace("{ children", "{ step(taskId: 1, stepId: 1)"),
      { limit: "maxDepth" },
    ],
    ["fragments that multiply each other", multiplying, { limit: "maxDepth" }],
    [
      "a cycle of fragments",
      "{ tasks { ...a } } fragment a on Task { ...b } fragment b on Task { ...a }",
      { fragment: "a" },
    ],
    ["a fragment within itself", "{ tasks { ...a } } fragment a on Task { namedTask { id } ...a }", { fragment: "a" }],
    [
      "a cycle by way of a field",
      "{ step(taskId: 1, stepId: 1) { ...a } } fragment a on WorkflowStep { children { ...a } }",
      { fragment: "a" },
    ],
    [
      "a huge document",
      `{ tasks(sortBy: "${"x".repeat(10)}") { ${"taskId ".repeat(100_000)} } }`,
      { limit: "maxTokens" },
    ],
    ["nested lists without an end", `{ node(id: ${"[".repeat(100_000)}`, { limit: "maxTokens" }],
    ["a thousand directives", `{ tasks { taskId ${times(1_000, () => "@skip(if: true)")} } }`, { limit: "maxTokens" }],
    [
      "a size in a variable that is none",
      "query ($n: Int) { tasks(limit: $n) { workflowSteps { name } } }",
      { limit: "maxCost" },
      { n: 1e308 },
    ],
    [
      "ids in a variable",
      "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Task { status } } }",
      { limit: "maxCost" },
      { ids: Array.from({ length: 50_000 }, () => "VGFzazox") },
    ],
    [
      "pages within pages",
      "{ tasks(limit: 100) { workflowSteps(limit: 100) { children { name parents { name } } } } }",
      { limit: "maxCost" },
    ],
    [
      "connections within connections",
      "{ tasksConnection(first: 100) { edges { node { workflowStepsConnection(first: 100) { nodes { children { name } } } } } } }",
      { limit: "maxCost" },
    ],
    [
      "introspection a hundred times",
      `{ ${times(45, (at) => `a${at}: __schema { types { name fields { name args { name } type { name } } } }`)} }`,
      { limit: "maxCost" },
    ],
    [
      "counting all tasks again and again",
      `{ ${times(50, (at) => `a${at}: tasksConnection(first: 1) { totalCount }`)} }`,
      { limit: "maxCost" },
    ],
  ])("%s is refused quickly, with what is allowed", async (_what, query, facts, variables) => {
    const answer = await answerTo(query, variables);
    expect(answer.data).toBeUndefined();
    expect(answer.errors).toMatchObject([{ extensions: { code: "TASKER_QUERY_LIMIT", ...facts } }]);
  });

  test.each<[string, string]>([
    ["fragments that double", doubling],
    ["the same field by many ways", `{ tasks { ${times(400, () => "taskId")} } }`],
    [
      "deep conflicts of fields",
      `{ ${times(60, () => `tasks { namedTask { namedTasksNamedSteps { namedStep { name } } } }`)} }`,
    ],
    [
      "circular introspection",
      `{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }`,
    ],
    ["directives that repeat each other", `{ tasks { taskId ${times(700, () => "@skip(if: true)")} } }`],
    ["directives that there are not", `{ tasks { taskId ${times(1_000, (at) => `@a${at}`)} } }`],
    ["variables that nobody uses", `query (${times(900, (at) => `$a${at}: Int`)}) { __typename }`],
    ["fields that there are not", `{ ${times(900, (at) => `nothing${at}`)} }`],
    ["an operation that is none", "query a { tasks { taskId } } query b { tasks { taskId } }"],
    ["nothing", ""],
  ])("%s is answered quickly", async (_what, query) => {
    await answerTo(query);
  });

  test("operations of one request have one budget, whatever each of them asks for", async () => {
    const counts = `{ ${times(15, (at) => `a${at}: tasksConnection(first: 1) { totalCount }`)} }`;
    const start = performance.now();
    const answers = await api.api.executeAll(Array(10).fill({ query: counts }), api.callerFor());
    expect(performance.now() - start).toBeLessThan(AT_MOST);
    const [first, ...others] = answers;
    expect(first?.errors).toBeUndefined();
    expect(others.map(({ errors }) => errors?.[0]?.extensions)).toMatchObject(
      others.map(() => ({ code: "TASKER_QUERY_LIMIT", limit: "maxCost", allowed: 50_000 })),
    );
    const { api: small, caller } = await startedWith({ maxRows: 100 });
    const lists = { query: "{ tasks(limit: 30) { taskId } }" };
    const [one, ...more] = await small.executeAll(Array(5).fill(lists), caller);
    expect(one?.errors).toBeUndefined();
    expect(more.at(-1)?.errors?.[0]).toMatchObject({ extensions: { limit: "maxRows" } });
  });

  test("a page with its count, of each state and with all the steps, is within the limits", async () => {
    const states = ["pending", "in_progress", "complete", "error", "cancelled", "resolved_manually"];
    const pages = times(
      6,
      (at) => `s${at}: tasksConnection(filter: { statuses: ["${states[at]}"] }) {
        totalCount nodes { taskId status context workflowSteps(limit: 20) { name status attempts } } }`,
    );
    expect((await answerTo(`{ ${pages} }`)).errors).toBeUndefined();
  });

  test("a request that nobody waits for any more reads nothing further, and does nothing further", async () => {
    const controller = new AbortController();
    const caller = api.callerFor(undefined, controller.signal);
    api.statements();
    const lists = { query: `{ ${times(40, (at) => `a${at}: tasks(offset: ${at}) { taskId }`)} }` };
    const create = { query: `mutation { createTask(input: { name: "graph", context: {} }) { taskId } }` };
    const asked = api.api.executeAll([lists, create], caller);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    const [read, created] = await asked;
    expect(read?.errors).toHaveLength(40);
    expect(created).toMatchObject({ errors: [{ extensions: { code: "SERVICE_UNAVAILABLE" } }] });
    expect(api.statements().length).toBeLessThanOrEqual(8);
  });

  test("introspection as tools ask for it is answered", async () => {
    const { data, errors } = await answerTo(getIntrospectionQuery());
    expect(errors).toBeUndefined();
    expect(Object(data?.__schema).types.length).toBeGreaterThan(50);
  });

  test.each<[string, Record<string, unknown>]>([
    ["a page that is too large", { first: 101 }],
    ["a page of nothing", { first: 0 }],
    ["a page of less than nothing", { first: -5 }],
  ])("%s is refused with the sizes that may be", async (_what, variables) => {
    const answer = await answerTo(
      "query ($first: Int!) { tasksConnection(first: $first) { nodes { taskId } } }",
      variables,
    );
    expect(answer.errors).toMatchObject([
      { message: expect.stringContaining("expected a whole number from 1 to 100"), extensions: { field: "first" } },
    ]);
  });

  test("a list cannot be left out without an end", async () => {
    expect((await answerTo("{ tasks(offset: 10001) { taskId } }")).errors).toMatchObject([
      { message: expect.stringContaining("offset is 10001, expected a whole number from 0 to 10000") },
    ]);
  });

  test("an answer is not made of more rows than may be", async () => {
    const { api: small, caller } = await startedWith({ maxRows: 100 });
    const answer = await small.execute({ query: "{ tasks(limit: 30) { workflowSteps { name } } }" }, caller);
    expect(answer.errors?.[0]).toMatchObject({
      message: expect.stringContaining("the answer is made of more than 100 rows"),
      extensions: { code: "TASKER_QUERY_LIMIT", limit: "maxRows", allowed: 100 },
    });
  });

  test("introspection can be switched off", async () => {
    const { api: closed, caller } = await startedWith({}, false);
    const answer = await closed.execute({ query: "{ __schema { types { name } } }" }, caller);
    expect(answer.errors?.[0]).toMatchObject({ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } });
    expect((await closed.execute({ query: "{ __typename }" }, caller)).data).toEqual({ __typename: "Query" });
  });

  test("limits are whole numbers of 1 or more, by names that there are", async () => {
    await expect(startedWith({ maxDepth: 0 })).rejects.toThrow(/graphql.limits.maxDepth is 0, expected a whole number/);
    const unknown: object = { maxWidth: 3 };
    await expect(startedWith(unknown)).rejects.toThrow(
      /graphql.limits.maxWidth is no limit, expected one of maxTokens/,
    );
  });

  test("a request that nobody waits for is ended", async () => {
    const { api: other, caller } = await startedWith({});
    const answer = await other.execute({ query: "{ tasks { taskId } }" }, { ...caller, signal: AbortSignal.abort() });
    expect(answer.errors).toHaveLength(1);
  });

  test("what went wrong inside is for the log, not for clients", async () => {
    const lines: unknown[] = [];
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: (facts: object) => void lines.push(facts) };
    const broken: Database = { ...database, query: () => Promise.reject(new Error("secret table")) };
    const { api: other, caller } = await startedWith({}, true, { database: broken, log });
    const { errors } = await other.execute({ query: "{ annotationTypes { name } }" }, caller);
    expect(errors).toEqual([
      {
        message: "something went wrong inside; the log has it under the id of the request",
        locations: [{ line: 1, column: 3 }],
        path: ["annotationTypes"],
        extensions: { code: "INTERNAL_SERVER_ERROR", requestId: "request-1" },
      },
    ]);
    expect(lines).toMatchObject([{ err: { message: "secret table" }, requestId: "request-1" }]);
  });

  async function startedWith(limits: object, introspection = true, parts: object = {}) {
    const made = await startApi(database, [], { limits, introspection, parts });
    return { api: made.api, caller: made.callerFor() };
  }
});
