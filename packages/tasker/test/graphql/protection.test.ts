import { expect, onTestFinished, test } from "vitest";
import { Encryption } from "../../src/vault/encryption.ts";
import { graphTemplate } from "../support/engine-harness.ts";
import { describeOnPostgres, openTestDatabase } from "../support/test-database.ts";
import { startApi } from "./support/graphql-harness.ts";

const QUERY = "query ($id: ID!) { task(taskId: $id) { context workflowSteps { results } } }";

describeOnPostgres("contexts and results", () => {
  test("are decrypted, and hide what the template and the options hide", async () => {
    const database = await openTestDatabase();
    const encryption = new Encryption({ keys: [{ id: "one", key: "07".repeat(32) }] });
    const template = graphTemplate("pay", {
      redact: ["context.card", "results.pay.token"],
      run: () => ({ token: "t-1", amount: 3 }),
    });
    const api = await startApi(database, [template], {
      engine: { encryption },
      parts: { encryption, redact: ["context.name"] },
    });
    onTestFinished(async () => {
      await api.engine.stop({ graceMs: 0 });
      await database.close();
    });
    const context = { card: "4111", name: "Ada", amount: 3 };
    const { taskId } = await api.engine.submit({ name: "graph", context });
    await api.engine.settled(taskId);
    const { data } = await api.ask(QUERY, { id: taskId });
    const task = Object(data?.task);
    expect(task.context).toMatchObject({ amount: 3 });
    expect(JSON.stringify(task)).not.toMatch(/4111|Ada|t-1|enc1/);
    const [stored] = await database.query("select context from tasker_tasks where task_id = $1", [taskId]);
    expect(JSON.stringify(stored)).toContain("enc1");
  });
});
