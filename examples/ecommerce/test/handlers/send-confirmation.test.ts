import { answer, type OutcomeScript } from "@example/simulation";
import type { JsonObject } from "tasker";
import { expect, test } from "vitest";
import { SendConfirmationHandler } from "../../src/handlers/send-confirmation.ts";
import { type Mail, Mailer } from "../../src/services/mailer.ts";
import { failureOf, handleStep } from "../support/handle-step.ts";
import { ORDER, ORDER_RESULT, PROCESSING_FAILED } from "../support/test-data.ts";

const results = { create_order: ORDER_RESULT };
const call = { context: ORDER, results };

function openMailer(script: OutcomeScript = [], config: JsonObject | null = null) {
  const mailer = new Mailer(script);
  return { mailer, handler: new SendConfirmationHandler(config, { mailer }) };
}

test("mails the order's number to the customer", async () => {
  const { mailer, handler } = openMailer([], { sender: "shop@example.com" });
  expect(await handleStep(handler, call)).toEqual({
    email_sent: true,
    recipient: "customer@example.com",
    message_id: "msg_step-11",
  });
  expect(mailer.outbox).toMatchObject([
    { from: "shop@example.com", to: "customer@example.com", subject: "Your order ORD-20260301-0A1B2C3D" },
  ]);
});

test("a repeated attempt sends no second mail", async () => {
  const { mailer, handler } = openMailer();
  await handleStep(handler, call);
  await handleStep(handler, call);
  expect(mailer.outbox).toHaveLength(1);
});

test.each([
  ["no customer", { results }, "MISSING_CUSTOMER_EMAIL"],
  ["no address", { results, context: { customer_info: { name: "A" } } }, "MISSING_CUSTOMER_EMAIL"],
  ["no order", { context: ORDER }, "MISSING_ORDER_RESULT"],
  ["an impossible address", { results, context: { customer_info: { name: "A", email: "nowhere" } } }, "INVALID_EMAIL"],
])("%s is a permanent failure", async (_case, given, code) => {
  const { mailer, handler } = openMailer();
  expect(await failureOf(handler, given)).toEqual({ permanent: code });
  expect(mailer.outbox).toEqual([]);
});

test.each([
  ["rate_limited", 60],
  ["unavailable", null],
  ["timeout", null],
  ["something_new", null],
])("%s is worth another attempt", async (reason, retryAfter) => {
  expect(await failureOf(openMailer([reason]).handler, call)).toEqual({ retryable: true, retryAfter });
});

test("a mail that cannot be described completes the step, marked", async () => {
  const mailer = new (class extends Mailer {
    override send(mail: Mail) {
      return Promise.resolve(answer({ ...mail, messageId: "" }));
    }
  })();
  expect(await handleStep(new SendConfirmationHandler(null, { mailer }), call)).toEqual(PROCESSING_FAILED);
});
