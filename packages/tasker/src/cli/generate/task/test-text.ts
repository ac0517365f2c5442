import type { GeneratedName } from "../generated-name.ts";

/** As long as lines of generated code are at most. */
const LINE_WIDTH = 120;

/** A test of a task with the default steps. */
export function dataTest(name: GeneratedName): string {
  return `${head(name)}
test("${name.snake} adds up what it is given", async () => {
  const { state, history, events, steps } = await run({ values: [1, 2, 3.5] });
  const { complete_task: last } = steps;
  assert.equal(state, "complete", history.join("\\n"));
  assert.deepEqual(last?.results, { summary: "6.5 in 3 values" });
  const processed = events.find(({ name }) => name === "data.processed");
  assert.deepEqual(processed?.payload, { count: 3, total: 6.5 });
});

test("${name.snake} does not try again what cannot be processed", async () => {
  const { state, events, steps } = await run({ values: [] });
  const { process_data: failed } = steps;
  assert.equal(state, "error");
  assert.equal(failed?.attempts, 1);
  const told = events.find(({ name }) => name === "data.validation_failed");
  assert.deepEqual(told?.payload, { reason: "there are no values" });
});
`;
}

/** A test of a task with steps of these names. */
export function stepsTest(name: GeneratedName, steps: readonly GeneratedName[]): string {
  const names = steps.map(({ snake }) => `"${snake}"`);
  const line = `const STEPS = [${names.join(", ")}];`;
  const list = line.length <= LINE_WIDTH ? line : `const STEPS = [\n${names.map((each) => `  ${each},\n`).join("")}];`;
  return `${head(name)}
${list}

test("${name.snake} goes through all of its steps", async () => {
  const { state, history, steps } = await run({ subject: "example" });
  assert.equal(state, "complete", history.join("\\n"));
  assert.deepEqual(Object.keys(steps), STEPS);
});
`;
}

function head({ kebab }: GeneratedName): string {
  return `import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { bindTemplate, type Database, loadTemplateFile } from "tasker";
import { openMemoryDatabase, runTask } from "tasker/testing";
import * as handlers from "./${kebab}.ts";

let database: Database;

before(async () => {
  database = await openMemoryDatabase();
});

after(() => database.close());

/** Runs one task to its end. Waits take no time: the clock is moved on. */
async function run(context: Readonly<Record<string, unknown>>) {
  const file = fileURLToPath(new URL("${kebab}.yaml", import.meta.url));
  const definition = await loadTemplateFile(file, { environment: "test" });
  return runTask(bindTemplate(definition, { ...handlers }), context, { database });
}
`;
}
