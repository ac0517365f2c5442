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
    const levels = 100_000;
    expect(await violationsOf("/v1/tasks", body(`${"[".repeat(levels)}${"]".repeat(levels)}`))).toMatchObject([
      { expected: "at most 500 levels in each other" },
    ]);
  });
});
