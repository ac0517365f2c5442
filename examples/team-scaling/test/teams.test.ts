import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bindTemplate, type Database, InvalidContextError, type JsonObject, loadTemplateFile } from "tasker";
import { drain, ManualClock, readTask } from "tasker/testing";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { describeOnPostgres, openTestDatabase } from "../../../packages/tasker/test/support/test-database.ts";
import large from "../refunds/large.json" with { type: "json" };
import small from "../refunds/small.json" with { type: "json" };
import { newCorrelationId } from "../src/customer-success/request-context.ts";
import { type DeskScripts, SupportDesk } from "../src/customer-success/support-desk.ts";
import { openTeams, type TeamsOptions } from "../src/open-teams.ts";
import { createPaymentsHandlers } from "../src/payments/handlers.ts";
import { type PaymentsScripts, PaymentsServices } from "../src/payments/payments-services.ts";

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const DESK_STEPS = [
  "validate_refund_request",
  "check_refund_policy",
  "get_manager_approval",
  "execute_refund_workflow",
  "update_ticket_status",
];
const PAYMENT_STEPS = [
  "validate_payment_eligibility",
  "process_gateway_refund",
  "update_payment_records",
  "notify_customer",
];
const refund: JsonObject = { payment_id: "pay_abc123", refund_amount: 2_500, customer_email: "ada@example.com" };

test("one name, two namespaces, each with its version, its steps and its schema", async () => {
  const payments = await loadTemplateFile(here("payments.yaml"));
  const success = await loadTemplateFile(here("customer-success.yaml"), { variables: { PAYMENTS_URL: "http://x" } });
  expect([payments.name, success.name]).toEqual(["process_refund", "process_refund"]);
  expect([payments.namespace, payments.version]).toEqual(["payments", "2.1.0"]);
  expect([success.namespace, success.version]).toEqual(["customer_success", "1.3.0"]);
  expect(payments.steps.map(({ name, retryLimit }) => [name, retryLimit])).toEqual([
    ["validate_payment_eligibility", 3],
    ["process_gateway_refund", 2],
    ["update_payment_records", 3],
    ["notify_customer", 5],
  ]);
  expect(success.steps.map(({ name, dependsOn }) => [name, dependsOn])).toEqual(
    DESK_STEPS.map((name, place) => [name, DESK_STEPS.slice(place - 1, place)]).map(([name, parents], place) =>
      place === 0 ? [name, []] : [name, parents],
    ),
  );
  expect(payments.contextSchema).not.toEqual(success.contextSchema);
});

test("a correlation id of the customer success team", () => {
  expect(newCorrelationId()).toMatch(/^cs-[0-9a-f]{16}$/);
});

describeOnPostgres("two teams on one database", () => {
  let database: Database;

  beforeAll(async () => {
    database = await openTestDatabase();
  });

  afterAll(() => database.close());

  /** Opens both teams on one clock. */
  async function open(options: TeamsOptions & { desk?: SupportDesk } = {}) {
    const clock = new ManualClock(Date.parse("2026-03-01T12:00:00Z"));
    const engine = { clock, random: () => 0.5, leaseMs: 600_000, heartbeat: "loop" } as const;
    const teams = await openTeams(database, { ...options, engine });
    onTestFinished(() => teams.close());
    const run = async (
      which: "desk" | "payments",
      context: JsonObject,
      whenSubmitted?: (id: number) => Promise<unknown>,
    ) => {
      const [owner, namespace] =
        which === "desk" ? [teams.deskEngine, "customer_success"] : [teams.paymentsEngine, "payments"];
      const { taskId } = await owner.submit({ namespace, name: "process_refund", context, correlationId: "cs-1" });
      await whenSubmitted?.(taskId);
      await drain({ engine: owner, database, clock }, [taskId]);
      return readTask(database, taskId);
    };
    return { ...teams, clock, run };
  }

  const openDesk = (scripts: DeskScripts) => open({ desk: new SupportDesk(scripts) });
  const openPayments = (scripts: PaymentsScripts) => open({ payments: new PaymentsServices(scripts) });

  test("a small refund needs nobody's approval and is done by the other team", async () => {
    const { run, paymentsEngine, payments, desk, endpoint, clock } = await open();
    const request = await run("desk", small);
    expect(request.state).toBe("complete");
    expect(DESK_STEPS.map((name) => request.steps[name]?.state)).toEqual([
      "complete",
      "complete",
      "resolved_manually",
      "complete",
      "complete",
    ]);
    const { delegated_task_id } = request.steps.execute_refund_workflow?.results as { delegated_task_id: number };
    expect(request.steps.execute_refund_workflow?.results).toEqual({
      delegated_task_id,
      delegated_task_status: "pending",
      correlation_id: "cs-1",
    });
    await drain({ engine: paymentsEngine, database, clock }, [delegated_task_id]);
    const delegated = await readTask(database, delegated_task_id);
    expect(delegated.state).toBe("complete");
    expect(PAYMENT_STEPS.map((name) => delegated.steps[name]?.results)).toMatchObject([
      { payment_validated: true, payment_id: "pay_abc123" },
      { refund_processed: true, refund_id: "refund_1", amount: 2_500 },
      { records_updated: true, audit_id: "audit_1" },
      { customer_notified: true, tracking_id: "mail_1" },
    ]);
    expect([...payments.mails.values()]).toMatchObject([{ to: "ada@example.com" }]);
    expect(desk.tickets.get("T-1001")?.status).toBe("resolved");
    expect(endpoint.requests).toEqual([
      {
        task: {
          namespace: "payments",
          name: "process_refund",
          version: "2.1.0",
          source_system: "customer_success",
          context: {
            payment_id: "pay_abc123",
            refund_amount: 2_500,
            refund_reason: "customer_request",
            ticket_id: "T-1001",
            requested_by: "customer_success",
            correlation_id: "cs-1",
            customer_email: "ada@example.com",
          },
        },
      },
    ]);
    const [row] = await database.query("select correlation_id from tasker_task_runs where task_id = $1", [
      delegated_task_id,
    ]);
    expect(row).toEqual({ correlation_id: "cs-1" });
  });

  describe("a large refund", () => {
    const decide = (engine: Awaited<ReturnType<typeof open>>["deskEngine"], status: string) => (taskId: number) =>
      engine.signal(taskId, "manager_decision", { status, manager: "Grace" }, { sender: "Grace" });

    test("waits for the manager, who says yes", async () => {
      const { run, deskEngine } = await open();
      const request = await run("desk", large, decide(deskEngine, "approved"));
      expect(request.state).toBe("complete");
      expect(request.steps.get_manager_approval).toMatchObject({ state: "complete", results: { sender: "Grace" } });
    });

    test.each([
      ["denied", "APPROVAL_DENIED"],
      ["expired", "APPROVAL_EXPIRED"],
    ])("is not delegated when the decision is %s", async (status, code) => {
      const { run, deskEngine, endpoint } = await open();
      const request = await run("desk", large, decide(deskEngine, status));
      expect(request.state).toBe("error");
      expect(request.steps.execute_refund_workflow).toMatchObject({ attempts: 1, error: { code } });
      expect(endpoint.requests).toEqual([]);
    });

    test("fails for good when nobody decides within five minutes", async () => {
      const { run, clock } = await open();
      const start = clock.now();
      const request = await run("desk", large);
      expect(request.state).toBe("error");
      expect(request.steps.get_manager_approval).toMatchObject({ state: "error", error: { code: "SIGNAL_TIMEOUT" } });
      expect(clock.now() - start).toBeGreaterThanOrEqual(300_000);
    });

    test("above what the policy gives the customer's tier is denied", async () => {
      const { run } = await open();
      const request = await run("desk", { ...large, refund_amount: 50_001 });
      expect(request.steps.check_refund_policy).toMatchObject({ attempts: 1, error: { code: "REFUND_POLICY_DENIED" } });
    });
  });

  test.each([
    ["closed", "TICKET_CLOSED"],
    ["cancelled", "TICKET_CANCELLED"],
    ["duplicate", "TICKET_DUPLICATE"],
    ["not_found", "TICKET_NOT_FOUND"],
    ["authentication_failed", "DESK_AUTH_FAILED"],
  ])("no refund for a ticket that is %s", async (status, code) => {
    const { run } = await openDesk({ ticket: [status] });
    const request = await run("desk", small);
    expect(request.steps.validate_refund_request).toMatchObject({ attempts: 1, error: { code } });
  });

  test.each([
    ["a desk that is away", { ticket: ["unavailable"] }, "validate_refund_request"],
    ["a policy to be reviewed", { policy: ["requires_review"] }, "check_refund_policy"],
    ["a ticket that is still open", { update: ["open"] }, "update_ticket_status"],
  ])("%s is asked again", async (_what, scripts, name) => {
    const { run } = await openDesk(scripts);
    const request = await run("desk", small);
    expect(request.state).toBe("complete");
    expect(request.steps[name]?.attempts).toBe(2);
  });

  test.each([
    ["error", "TICKET_UPDATE_FAILED"],
    ["not_found", "TICKET_NOT_FOUND"],
    ["authentication_failed", "DESK_AUTH_FAILED"],
  ])("a ticket that cannot be closed: %s", async (status, code) => {
    const { run } = await openDesk({ update: [status] });
    const request = await run("desk", small);
    expect(request.steps.update_ticket_status).toMatchObject({ attempts: 1, error: { code } });
  });

  test.each([
    [400, "DELEGATION_REFUSED"],
    [403, "DELEGATION_FORBIDDEN"],
    [404, "REFUND_WORKFLOW_NOT_FOUND"],
  ])("the other system answers %d: %s", async (status, code) => {
    const { run } = await open({ endpoint: [{ status }] });
    const request = await run("desk", small);
    expect(request.steps.execute_refund_workflow).toMatchObject({ attempts: 1, error: { code } });
  });

  test.each([429, 500, 502, 503, 504, 418])("the other system answers %d: asked again", async (status) => {
    const { run } = await open({ endpoint: [{ status, headers: { "retry-after": "3" } }] });
    const request = await run("desk", small);
    expect(request.steps.execute_refund_workflow).toMatchObject({ state: "complete", attempts: 2 });
  });

  test.each([
    ["failed", { task: { task_id: 1, status: "failed" } }, "DELEGATION_FAILED"],
    ["rejected", { task: { task_id: 1, status: "rejected" } }, "DELEGATION_REJECTED"],
    ["without an id", { task: { status: "pending" } }, "MISSING_DELEGATED_TASK_ID"],
  ])("the other system's task is %s", async (_how, body, code) => {
    const { run } = await open({ endpoint: [{ status: 201, body }] });
    const request = await run("desk", small);
    expect(request.steps.execute_refund_workflow).toMatchObject({ attempts: 1, error: { code } });
  });

  test.each([
    [{ eligibility: ["ineligible"] }, "validate_payment_eligibility", "PAYMENT_INELIGIBLE"],
    [{ eligibility: ["insufficient_funds"] }, "validate_payment_eligibility", "INSUFFICIENT_FUNDS"],
    [{ refund: ["insufficient_funds"] }, "process_gateway_refund", "INSUFFICIENT_FUNDS"],
    [{ refund: ["already_refunded"] }, "process_gateway_refund", "ALREADY_REFUNDED"],
    [{ refund: ["invalid_payment"] }, "process_gateway_refund", "INVALID_PAYMENT"],
    [{ refund: ["connection_failed"] }, "process_gateway_refund", "GATEWAY_CONNECTION_FAILED"],
    [{ refund: ["authentication_failed"] }, "process_gateway_refund", "GATEWAY_AUTH_FAILED"],
    [{ records: ["failed"] }, "update_payment_records", "RECORD_UPDATE_FAILED"],
    [{ records: ["recorded"] }, "update_payment_records", "MISSING_AUDIT_ID"],
    [{ mail: ["sent"] }, "notify_customer", "MISSING_TRACKING_ID"],
  ])("a payment that is not given back: %j", async (scripts, name, code) => {
    const { run } = await openPayments(scripts);
    const task = await run("payments", refund);
    expect(task.state).toBe("error");
    expect(task.steps[name]).toMatchObject({ attempts: 1, error: { code } });
  });

  test.each([
    [{ eligibility: ["processing"] }, "validate_payment_eligibility"],
    [{ refund: ["pending"] }, "process_gateway_refund"],
    [{ refund: ["rate_limited"] }, "process_gateway_refund"],
    [{ mail: ["unavailable"] }, "notify_customer"],
  ])("a payment that takes another attempt: %j", async (scripts, name) => {
    const { run } = await openPayments(scripts);
    const task = await run("payments", refund);
    expect(task.state).toBe("complete");
    expect(task.steps[name]?.attempts).toBe(2);
  });

  test.each([
    ["a payment of another house", { payment_id: "txn_1" }, "INVALID_PAYMENT_ID"],
    ["nothing to give back", { refund_amount: 0 }, "INVALID_REFUND_AMOUNT"],
  ])("%s", async (_what, settings, code) => {
    const { run } = await open();
    const task = await run("payments", { ...refund, ...settings });
    expect(task.steps.validate_payment_eligibility).toMatchObject({ attempts: 1, error: { code } });
  });

  test("a customer without an address gets the money, but no mail", async () => {
    const { run, payments } = await open();
    const task = await run("payments", { payment_id: "pay_abc123", refund_amount: 2_500 });
    expect(task.steps.notify_customer).toMatchObject({ attempts: 1, error: { code: "MISSING_CUSTOMER_EMAIL" } });
    expect(payments.refunds.size).toBe(1);
  });

  test("what the schemas do not know is not accepted", async () => {
    const { run } = await open();
    await expect(run("payments", { ...refund, colour: "blue" })).rejects.toThrow(InvalidContextError);
    await expect(run("desk", { ticket_id: "T-1001" })).rejects.toThrow(InvalidContextError);
  });

  test("every handler that the payments template names is there", async () => {
    const handlers = createPaymentsHandlers(new PaymentsServices());
    const template = bindTemplate(await loadTemplateFile(here("payments.yaml")), handlers);
    for (const name of PAYMENT_STEPS) expect(template.createStepHandler(name)).toHaveProperty("handle");
  });
});

test("the demonstration gives two refunds back", async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [here("run.ts")]);
  expect(stderr).toBe("");
  expect(stdout.match(/^task \d+: complete$/gm)).toHaveLength(4);
});
