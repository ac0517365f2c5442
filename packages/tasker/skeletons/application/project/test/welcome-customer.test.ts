import assert from "node:assert/strict";
import { test } from "node:test";
import * as handlers from "../tasks/welcome-customer.ts";
import { runWorkflow } from "./run-workflow.ts";

const run = { template: "tasks/welcome-customer.yaml", handlers, context: { user_id: 3 } };

test("a customer gets an account and a welcome", async () => {
  const profile = { firstName: "Ada", lastName: "Lovelace", email: "ada@example.com", password: "secret" };
  const { state, history, steps } = await runWorkflow({ ...run, answers: { "/users/3": profile }, busy: 1 });
  const { fetch_profile: fetched, rate_profile: rated, open_account: opened } = steps;
  assert.equal(state, "complete", history.join("\n"));
  assert.deepEqual(rated?.results, { name: "Ada", email: "ada@example.com", missing: ["phone"] });
  assert.deepEqual(opened?.results, { account_id: "account-3" });
  assert.ok(!JSON.stringify(fetched?.results).includes("secret"));
});

test("a profile without an email fails for good", async () => {
  const { state, steps } = await runWorkflow({ ...run, answers: { "/users/3": { firstName: "Ada" } } });
  const { rate_profile: rated } = steps;
  assert.deepEqual([state, rated?.attempts], ["error", 1]);
});
