import { expect, onTestFinished, test } from "vitest";
import { Problem } from "../../src/api/shapes/problem.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { serve } from "./support/serve.ts";

describeOnPostgres("what no database can hold", () => {
  test("is refused wherever a request has it", async () => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const { url } = await serve(database, { templates: [graphTemplate("a")] });
    const violationsOf = async (path: string, body?: string) => {
      const post = {
        method: "POST",
        headers: { "content-type": "application/json" },
        ...(body === undefined ? {} : { body }),
      };
      const answer = await fetch(`${url}${path}`, body === undefined ? {} : post);
      expect(answer.status).toBe(400);
      return Problem.parse(await answer.json()).violations;
    };
    expect(await violationsOf("/v1/tasks?initiator=a%00b")).toEqual([
      { path: "query.initiator", value: "a\u0000b", expected: "a text without the character U+0000" },
    ]);
    expect(await violationsOf("/v1/tasks/1/steps/%00")).toMatchObject([{ path: "params.step" }]);
    const body = (context: string) => `{"name": "graph", "context": {"deep": ${context}}}`;
    expect(await violationsOf("/v1/tasks", body('"\\ud800"'))).toMatchObject([
      { path: "body.context.deep", expected: "a text without half of a surrogate pair" },
    ]);
    const cursorOf = (...content: unknown[]) => Buffer.from(JSON.stringify(content)).toString("base64url");
    const cursors: [string, unknown[]][] = [
      ["/v1/tasks?order=requested_at", ["tasks:requested_at", "2026-02-30 00:00:00", 1]],
      ["/v1/tasks?order=requested_at", ["tasks:requested_at", "9999-99-99 99:99:99", 1]],
      ["/v1/tasks?order=requested_at", ["tasks:requested_at", "999999-01-01 00:00:00", 1]],
      ["/v1/tasks?order=requested_at", ["tasks:requested_at", "0000-01-01 00:00:00", 1]],
      ["/v1/templates?limit=1", ["templates", "a\u0000", "b"]],
      ["/v1/templates?limit=1", ["templates", "a", "\ud800"]],
    ];
    for (const [path, content] of cursors) {
      const answer = await fetch(`${url}${path}&cursor=${cursorOf(...content)}`);
      expect([answer.status, Object(await answer.json()).code]).toEqual([400, "TASKER_INVALID_REQUEST"]);
    }
    const last = cursorOf("tasks:requested_at", "294276-12-31 23:59:59.999999", 1);
    expect((await fetch(`${url}/v1/tasks?order=requested_at&cursor=${last}`)).status).toBe(200);
    const levels = 100_000;
    expect(await violationsOf("/v1/tasks", body(`${"[".repeat(levels)}${"]".repeat(levels)}`))).toMatchObject([
      { expected: "at most 500 levels in each other" },
    ]);
  });

  test.each<[string, string, Record<string, unknown>]>([
    ["a tag", String.raw`{ tasksConnection(filter: { tag: "a\u0000" }) { totalCount } }`, {}],
    ["a namespace", String.raw`{ tasksConnection(filter: { namespaces: ["\u0000"] }) { totalCount } }`, {}],
    ["a namespace of templates", String.raw`{ namedTasks(namespace: "\u0000") { name } }`, {}],
    [
      "a variable",
      "query ($v: String!) { tasksByAnnotation(annotationType: $v, annotationKey: $v, annotationValue: $v) { taskId } }",
      { v: "\u0000" },
    ],
    ["a cursor", "query ($v: String!) { tasksConnection(after: $v) { totalCount } }", { v: "a\ud800" }],
    [
      "a context",
      'mutation ($v: JSON!) { createTask(input: { name: "graph", context: $v }) { taskId } }',
      { v: { deep: ["\u0000"] } },
    ],
  ])("is refused by GraphQL in %s", async (_what, query, variables) => {
    const database = await openTestDatabase();
    onTestFinished(() => database.close());
    const { url } = await serve(database, { templates: [graphTemplate("a")] });
    const answer = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    expect(await answer.json()).toMatchObject({
      errors: [{ message: expect.stringContaining("a text without"), extensions: { code: "TASKER_INVALID_REQUEST" } }],
    });
  });
});
