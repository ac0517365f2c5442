import { expect, test } from "vitest";
import { PermanentError } from "../../../src/errors/index.ts";
import { bindTemplate } from "../../../src/handlers/bind-template.ts";
import type { StepExecution, StepSequence, TaskView } from "../../../src/handlers/execution.ts";
import { StepHandler } from "../../../src/handlers/step-handler.ts";
import { readTaskDetails } from "../../../src/reading/task/task-details.ts";
import { parseTemplate } from "../../../src/templates/parse-template.ts";
import { SecretSource } from "../../../src/vault/secret-source.ts";
import { startEngine, useDatabase } from "../../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../../support/test-database.ts";

const KEY = "a-key-that-nobody-may-see";

const YAML = `
name: pay
namespace_name: shop
redact: [results.charge.token, error.details.pan]
step_templates:
  - name: charge
    handler_class: Charge
    default_retry_limit: 1
    handler_config: {key: "\${env:PAY_KEY}", mode: "\${env:PAY_MODE:-test}"}
  - name: ship
    handler_class: Ship
    depends_on_step: charge
`;

/** Everything that tables hold, as text. */
const TABLES = [
  "tasker_tasks",
  "tasker_workflow_steps",
  "tasker_workflow_step_transitions",
  "tasker_task_transitions",
  "tasker_definitions",
  "tasker_named_tasks",
  "tasker_named_tasks_named_steps",
  "tasker_events",
];

async function begin(
  charge: (config: unknown, step: StepExecution) => unknown,
  variables: Record<string, string>,
  redact?: string[],
) {
  const database = await useDatabase(openTestDatabase);
  class Charge extends StepHandler {
    override process(_task: TaskView, _sequence: StepSequence, step: StepExecution) {
      return charge(this.config, step);
    }
  }
  const Ship = (_task: TaskView, sequence: StepSequence) => ({ saw: sequence.resultsOf("charge") });
  const template = bindTemplate(parseTemplate(YAML), { Charge, Ship });
  const options = { secrets: new SecretSource({ variables }), ...(redact === undefined ? {} : { redact }) };
  const under = await startEngine(database, [template], options);
  const { taskId } = await under.engine.submit({
    namespace: "shop",
    name: "pay",
    context: { card: { number: "4111" } },
  });
  await under.engine.settled(taskId);
  const stored = async () => {
    const rows = [];
    for (const table of TABLES) rows.push(...(await database.query(`select to_json(t)::text as row from ${table} t`)));
    return JSON.stringify(rows);
  };
  const results = async (name: string) =>
    (
      await database.query(
        "select w.results from tasker_workflow_steps w join tasker_named_steps n using (named_step_id) where n.name = $1",
        [name],
      )
    )[0]?.results;
  return { ...under, taskId, stored, results };
}

describeOnPostgres("secrets of an engine", () => {
  test("reach the handler by its constructor and its step, and are stored nowhere", async () => {
    const seen: unknown[] = [];
    const { stored, events } = await begin((config, step) => seen.push(config, step.handlerConfig), { PAY_KEY: KEY });
    expect(seen).toEqual([
      { key: KEY, mode: "test" },
      { key: KEY, mode: "test" },
    ]);
    const text = await stored();
    expect(text).toContain(`\${env:PAY_KEY}`);
    expect(text).not.toContain(KEY);
    expect(JSON.stringify(events)).not.toContain(KEY);
  });

  test("that are not there fail the step with place and reference", async () => {
    const { results, stored } = await begin(() => null, {});
    expect(await results("charge")).toMatchObject({
      error: `step charge: handler_config.key: \${env:PAY_KEY} leads to nothing: the variable PAY_KEY is not set, and there is no default`,
      error_code: "TASKER_SECRET_REFERENCE",
    });
    expect(await stored()).not.toContain(KEY);
  });

  test("are masked in the error that tells them, wherever it goes", async () => {
    const { results, stored, events, lines } = await begin(
      () => {
        throw new PermanentError(`the key ${KEY} was refused`, { details: { pan: "4111", sent: [`key=${KEY}`] } });
      },
      { PAY_KEY: KEY },
    );
    expect(await results("charge")).toMatchObject({
      error: "the key [secret] was refused",
      error_details: { pan: "[redacted]", sent: ["key=[secret]"] },
    });
    for (const text of [await stored(), JSON.stringify(events), JSON.stringify(lines)]) expect(text).not.toContain(KEY);
  });
});

describeOnPostgres("redaction", () => {
  test("of results comes before they are stored: the steps after read them so", async () => {
    const { results, stored } = await begin(() => ({ token: "tok-123456", id: 7 }), { PAY_KEY: KEY }, ["results.*.id"]);
    expect(await results("charge")).toEqual({ token: "[redacted]", id: "[redacted]" });
    expect(await results("ship")).toEqual({ saw: { token: "[redacted]", id: "[redacted]" } });
    expect(await stored()).not.toContain("tok-123456");
  });

  test("of errors comes before they are stored and told", async () => {
    const { results, stored, events } = await begin(
      () => {
        throw new PermanentError("declined for 4000123412341234", { errorCode: "DECLINED" });
      },
      { PAY_KEY: KEY },
      ["error.*"],
    );
    expect(await results("charge")).toMatchObject({
      error: "[redacted]",
      backtrace: "[redacted]",
      error_code: "DECLINED",
    });
    expect((await stored()) + JSON.stringify(events)).not.toContain("4000123412341234");
  });

  test("of the context leaves it to handlers and the database, and hides it where a task is shown", async () => {
    const { database, taskId } = await begin(() => null, { PAY_KEY: KEY }, []);
    const [row] = await database.query("select context from tasker_tasks");
    expect(row).toEqual({ context: { card: { number: "4111" } } });
    const { context } = await readTaskDetails(database, taskId, {
      redact: ["context.card.number"],
      encryption: null,
    });
    expect(context).toEqual({ card: { number: "[redacted]" } });
  });
});
