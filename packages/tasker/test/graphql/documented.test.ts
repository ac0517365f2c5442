import { readFileSync } from "node:fs";
import { parse, validate } from "graphql";
import { expect, onTestFinished, test } from "vitest";
import { PermanentError } from "../../src/errors/index.ts";
import { makeTaskerSchema } from "../../src/graphql/schema/tasker-schema.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { limitTable } from "./schema/limit-table.ts";
import { startApi } from "./support/graphql-harness.ts";

const text = readFileSync(new URL("../../../../docs/graphql.md", import.meta.url), "utf8");

/** The examples of the document, in order, with the answers that follow them. */
const examples = [...text.matchAll(/```graphql\n(.*?)```(?:\n\n```json\n(.*?)```)?/gs)].map(
  ([, query = "", answer]) => ({
    query,
    answer: answer === undefined ? null : JSON.parse(answer),
  }),
);

test("docs/graphql.md has the limits and their defaults", () => {
  expect(text).toContain(limitTable());
});

test("the examples are valid", () => {
  expect(examples.length).toBeGreaterThan(6);
  for (const { query } of examples) expect(validate(makeTaskerSchema(), parse(query))).toEqual([]);
});

describeOnPostgres("the examples", () => {
  test("give what the document says", async () => {
    const database = await openTestDatabase();
    const api = await startApi(database, [
      graphTemplate("reserve -> ship", {
        run: (task) => {
          if (task.context.order === 7) throw new PermanentError("out of stock");
          return null;
        },
      }),
    ]);
    onTestFinished(async () => {
      await api.live.stop();
      await api.engine.stop({ graceMs: 0 });
      await database.close();
    });
    const { taskId } = await api.engine.submit({ name: "graph", context: { order: 7 } });
    await api.engine.settled(taskId);
    for (const { query, answer } of examples) {
      if (answer === null) {
        const stream = await api.api.subscribe({ query }, api.callerFor());
        expect("next" in stream, JSON.stringify(stream)).toBe(true);
        if ("next" in stream) await stream.return?.();
      } else expect(await api.ask(query), query).toMatchObject(answer);
    }
  });
});
