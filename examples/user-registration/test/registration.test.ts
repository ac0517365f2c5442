import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bindTemplate, type Database, InvalidContextError, type JsonObject, loadTemplateFile } from "tasker";
import { ManualClock, runTask, type TaskRunReport } from "tasker/testing";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { describeOnPostgres, openTestDatabase } from "../../../packages/tasker/test/support/test-database.ts";
import free from "../registrations/free.json" with { type: "json" };
import pro from "../registrations/pro.json" with { type: "json" };
import unpaid from "../registrations/unpaid.json" with { type: "json" };
import * as handlers from "../src/handlers-module.ts";
import { newCorrelationId } from "../src/registration-context.ts";
import { type FailureScript, ServiceServer } from "../src/services/service-server.ts";

const TEMPLATE = fileURLToPath(new URL("../user-registration.yaml", import.meta.url));
const ALL = [
  "create_user_account",
  "setup_billing_profile",
  "initialize_preferences",
  "send_welcome_sequence",
  "update_user_status",
];

const withState = ({ steps }: TaskRunReport, state: string) => ALL.filter((name) => steps[name]?.state === state);
const enterprise = { ...unpaid, billing_info: { payment_method: "invoice" } };

test("a correlation id tells when the registration began", () => {
  expect(newCorrelationId(Date.UTC(2026, 2, 1))).toMatch(/^reg_1772323200_[0-9a-f]{8}$/);
});

describeOnPostgres("a registration", () => {
  let database: Database;

  beforeAll(async () => {
    database = await openTestDatabase();
  });

  afterAll(() => database.close());

  /** Registers a user with services that fail as scripted; earlier registrations are made on the same services. */
  async function register(
    context: JsonObject,
    script: FailureScript = {},
    prepare?: (services: ServiceServer) => void,
  ) {
    const clock = new ManualClock(Date.parse("2026-03-01T12:00:00Z"));
    const services = new ServiceServer(script, () => clock.now());
    const variables = { SERVICES_URL: await services.listen() };
    onTestFinished(() => services.close());
    prepare?.(services);
    const template = bindTemplate(await loadTemplateFile(TEMPLATE, { variables }), handlers);
    const request = { correlationId: "reg_1_abc" };
    return { services, run: await runTask(template, context, { database, clock, request }) };
  }

  test.each([
    ["free", free, 2],
    ["pro", pro, 3],
    ["enterprise", enterprise, 3],
  ])("of the plan %s completes in five steps", async (plan, context, mails) => {
    const { run, services } = await register(context);
    expect(run.state).toBe("complete");
    expect(ALL.map((name) => run.steps[name]?.results)).toMatchObject([
      { user_id: "user_1", email: context.user_info.email, status: "created" },
      { profile_id: "profile_1", plan },
      { preferences_id: "preferences_1" },
      { sequence_id: "sequence_1", email_ids: Array.from({ length: mails }, (_, n) => `sequence_1_mail_${n + 1}`) },
      { status: "active", registration_complete: true, completed_steps: ALL.slice(0, 4) },
    ]);
    expect(services.users.users.all).toMatchObject([{ name: context.user_info.name, status: "active" }]);
    expect(new Set(services.calls.map(({ correlationId }) => correlationId))).toEqual(new Set(["reg_1_abc"]));
  });

  test("billing and preferences are set up side by side, the welcome waits for both", async () => {
    const { run } = await register(pro);
    const place = (row: string) => run.history.indexOf(row);
    const both = ["setup_billing_profile", "initialize_preferences"];
    const ends = both.map((name) => place(`${name} in_progress > complete`));
    expect(Math.max(...both.map((name) => place(`${name} pending > in_progress`)))).toBeLessThan(Math.min(...ends));
    expect(place("send_welcome_sequence pending > in_progress")).toBeGreaterThan(Math.max(...ends));
  });

  test("leaves how the services have performed", async () => {
    const { run } = await register(pro);
    const [row] = await database.query(
      `select a.annotation from tasker_task_annotations a join tasker_annotation_types t using (annotation_type_id)
       where a.task_id = $1 and t.name = 'registration'`,
      [run.taskId],
    );
    expect(row?.annotation).toMatchObject({
      service_performance: { response_times_ms: Object.fromEntries(ALL.map((name) => [name, expect.any(Number)])) },
      registration_outcome: "complete",
      plan_type: "pro",
      correlation_id: "reg_1_abc",
      registration_source: "web",
    });
  });

  test("an account whose answer was lost is found again, not made twice", async () => {
    const { run, services } = await register(pro, { "POST users": ["lost"] });
    expect(run.state).toBe("complete");
    expect(run.steps.create_user_account).toMatchObject({ attempts: 2, results: { status: "already_exists" } });
    expect(services.users.users.all).toHaveLength(1);
  });

  test("an address that is somebody else's is a conflict", async () => {
    const taken = { email: "ada@example.com", name: "Another Ada", plan: "pro" };
    const { run, services } = await register(pro, {}, ({ users }) => void users.users.put(taken.email, taken));
    expect(run.state).toBe("error");
    expect(run.steps.create_user_account).toMatchObject({ attempts: 1, error: { code: "USER_CONFLICT" } });
    expect(services.calls.map(({ method, service }) => `${method} ${service}`)).toEqual(["POST users", "GET users"]);
  });

  test.each([
    ["billing", "POST billing", "setup_billing_profile"],
    ["preferences", "POST preferences", "initialize_preferences"],
  ])("what is set up already counts as set up: %s", async (_what, call, name) => {
    const { run } = await register(pro, { [call]: ["lost"] });
    expect(run.state).toBe("complete");
    expect(run.steps[name]).toMatchObject({ state: "complete", attempts: 2 });
  });

  test.each([
    [400, "CLIENT_VALIDATION_ERROR"],
    [422, "CLIENT_VALIDATION_ERROR"],
    [401, "AUTH_ERROR"],
    [403, "AUTH_ERROR"],
    [404, "RESOURCE_NOT_FOUND"],
  ])("a service that answers %d is not asked again: %s", async (status, code) => {
    const { run, services } = await register(pro, { "POST preferences": [{ status }] });
    expect(run.state).toBe("error");
    expect(run.steps.initialize_preferences).toMatchObject({ attempts: 1, retryable: false, error: { code } });
    // The other branch is not stopped by that.
    expect(run.steps.setup_billing_profile?.state).toBe("complete");
    expect(services.calls.filter(({ service }) => service === "notifications")).toEqual([]);
  });

  test("a user who is gone when the account is opened", async () => {
    const { run } = await register(pro, { "PATCH users": [{ status: 404 }] });
    expect(withState(run, "complete")).toEqual(ALL.slice(0, 4));
    expect(run.steps.update_user_status?.error?.code).toBe("USER_NOT_FOUND");
  });

  test("a plan that costs something needs something to pay it with", async () => {
    const { run, services } = await register(unpaid);
    expect(run.steps.setup_billing_profile).toMatchObject({ attempts: 1, error: { code: "PAYMENT_METHOD_REQUIRED" } });
    expect(services.billing.profiles.all).toEqual([]);
    const refused = await register(pro, { "POST billing": [{ status: 402 }] });
    expect(refused.run.steps.setup_billing_profile?.error?.code).toBe("PAYMENT_METHOD_REQUIRED");
  });

  test.each([
    ["as long as the service asks for", { status: 429, headers: { "retry-after": "17" } }, "POST billing", 17_000],
    ["a minute where it names no time", { status: 429 }, "POST billing", 60_000],
    ["half a minute for the welcome", { status: 429 }, "POST notifications", 30_000],
  ])("an overloaded service is left alone for %s", async (_how, answer, call, elapsedMs) => {
    const { run } = await register(pro, { [call]: [answer] });
    expect(run.state).toBe("complete");
    expect(run.elapsedMs).toBe(elapsedMs);
  });

  test("a service that stays away: the step is tried three times, the other branch once", async () => {
    const away = { status: 500 };
    const { run } = await register(pro, { "POST billing": [away, away, away] });
    expect(run.state).toBe("error");
    expect(run.steps.setup_billing_profile).toMatchObject({ attempts: 3, retryable: true });
    expect(run.steps.initialize_preferences).toMatchObject({ state: "complete", attempts: 1 });
    expect(withState(run, "pending")).toEqual(["send_welcome_sequence", "update_user_status"]);
  });

  test.each([
    ["POST users", "create_user_account", "MISSING_USER_ID_IN_RESPONSE"],
    ["POST billing", "setup_billing_profile", "MISSING_PROFILE_ID_IN_RESPONSE"],
    ["POST preferences", "initialize_preferences", "MISSING_PREFERENCES_ID_IN_RESPONSE"],
    ["POST notifications", "send_welcome_sequence", "MISSING_SEQUENCE_ID_IN_RESPONSE"],
    ["PATCH users", "update_user_status", "MISSING_STATUS_IN_RESPONSE"],
  ])("an answer to %s without what is needed: %s fails for good", async (call, name, code) => {
    const { run } = await register(pro, { [call]: [{ status: 200, body: {} }] });
    expect(run.steps[name]).toMatchObject({ attempts: 1, error: { code } });
  });

  test.each([
    ["MISSING_EMAIL", { user_info: { email: "", name: "Nobody" } }],
    ["MISSING_NAME", { user_info: { email: "nobody@example.com", name: "" } }],
  ])("who registers without a name or an address is not registered: %s", async (code, context) => {
    const { run, services } = await register(context);
    expect(run.steps.create_user_account).toMatchObject({ attempts: 1, error: { code } });
    expect(services.calls).toEqual([]);
  });

  test("a registration of nobody is not accepted", async () => {
    await expect(register({})).rejects.toThrow(InvalidContextError);
  });
});

test("the demonstration registers a user, although billing is away for a moment", async () => {
  const script = fileURLToPath(new URL("../run.ts", import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script]);
  expect(stderr).toBe("");
  expect(stdout).toContain("setup_billing_profile error > pending");
  expect(stdout).toContain("task in_progress > complete");
});
