import { answer, type OutcomeScript } from "@example/simulation";
import { type Clock, systemClock } from "tasker";
import { describe, expect, test } from "vitest";
import { ProcessPaymentHandler } from "../../src/handlers/process-payment.ts";
import { SimulatedGateway } from "../../src/services/payment-gateway.ts";
import { failureOf, handleStep } from "../support/handle-step.ts";
import { CART_RESULT, ORDER, orderPaidWith, PAYMENT_RESULT, PROCESSING_FAILED } from "../support/test-data.ts";

const RETRYABLE = { retryable: true, retryAfter: null };
const results = { validate_cart: CART_RESULT };
const order = { context: ORDER, results };

function openGateway(script?: OutcomeScript) {
  const gateway = new SimulatedGateway({ clock: systemClock, ...(script && { script }) });
  return { gateway, handler: new ProcessPaymentHandler(null, { gateway }) };
}

const paymentInfo = (changes: object) => ({
  results,
  context: {
    ...ORDER,
    payment_info: { method: "credit_card", amount: 124.76, currency: "USD", token: "t", ...changes },
  },
});

test("charges the computed total", async () => {
  const { gateway, handler } = openGateway();
  expect(await handleStep(handler, order)).toEqual(PAYMENT_RESULT);
  expect(gateway.receipts).toMatchObject([{ amountCents: 12476, currency: "USD" }]);
});

test("a repeated attempt finds the charge of the first and makes no second", async () => {
  const { gateway, handler } = openGateway();
  await handleStep(handler, order);
  expect(await handleStep(handler, order)).toEqual(PAYMENT_RESULT);
  expect(gateway.receipts).toHaveLength(1);
});

describe("what is missing or wrong in the order is a permanent failure", () => {
  test.each([
    ["no method", paymentInfo({ method: null }), "MISSING_PAYMENT_METHOD"],
    ["no payment_info", { results, context: { cart_items: [] } }, "MISSING_PAYMENT_METHOD"],
    ["no token", paymentInfo({ token: undefined }), "MISSING_PAYMENT_TOKEN"],
    ["no total from validate_cart", { context: ORDER }, "MISSING_CART_TOTAL"],
    ["an amount that is one cent short", paymentInfo({ amount: 124.75 }), "PAYMENT_AMOUNT_MISMATCH"],
    ["no amount", paymentInfo({ amount: null }), "PAYMENT_AMOUNT_MISMATCH"],
  ])("%s", async (_case, call, code) => {
    const { gateway, handler } = openGateway();
    expect(await failureOf(handler, call)).toEqual({ permanent: code });
    expect(gateway.calls).toBe(0);
  });
});

describe("an answer of the gateway", () => {
  test.each([
    ["insufficient_funds", { permanent: "PAYMENT_DECLINED" }],
    ["card_declined", { permanent: "PAYMENT_DECLINED" }],
    ["invalid_card", { permanent: "PAYMENT_DECLINED" }],
    ["invalid_request", { permanent: "INVALID_REQUEST" }],
    ["authentication_failed", { permanent: "AUTHENTICATION_FAILED" }],
    ["rate_limited", { retryable: true, retryAfter: 30 }],
    ["service_unavailable", RETRYABLE],
    ["timeout", RETRYABLE],
    ["network_error", RETRYABLE],
    ["something_new", RETRYABLE],
  ])("of %s fails as it should", async (reason, failure) => {
    expect(await failureOf(openGateway([reason]).handler, order)).toEqual(failure);
  });
});

describe("the token's prefix", () => {
  test.each([
    ["test_success_1", "no failure"],
    ["test_insufficient_1", { permanent: "PAYMENT_DECLINED" }],
    ["test_invalid_1", { permanent: "PAYMENT_DECLINED" }],
    ["test_rate_limit_1", { retryable: true, retryAfter: 30 }],
    ["test_temp_fail_1", RETRYABLE],
  ])("%s decides", async (token, failure) => {
    expect(await failureOf(openGateway().handler, { context: orderPaidWith(token), results })).toEqual(failure);
  });

  test("test_temp_fail_ lets the second attempt through", async () => {
    const { handler } = openGateway();
    const call = { context: orderPaidWith("test_temp_fail_1"), results };
    expect(await failureOf(handler, call)).toEqual(RETRYABLE);
    expect(await handleStep(handler, call)).toEqual(PAYMENT_RESULT);
  });

  test("test_timeout_ answers when the gateway gives up, after two seconds of the clock", async () => {
    const delays: number[] = [];
    const clock: Clock = {
      now: () => 0,
      after(delayMs, fire) {
        delays.push(delayMs);
        queueMicrotask(fire);
        return () => {};
      },
    };
    const handler = new ProcessPaymentHandler(null, { gateway: new SimulatedGateway({ clock }) });
    expect(await failureOf(handler, { context: orderPaidWith("test_timeout_1"), results })).toEqual(RETRYABLE);
    expect(delays).toEqual([2000]);
  });

  test("test_timeout_ stops waiting when the step is aborted", async () => {
    const clock: Clock = { now: () => 0, after: () => () => {} };
    const handler = new ProcessPaymentHandler(null, { gateway: new SimulatedGateway({ clock }) });
    const abort = new AbortController();
    const failure = handleStep(handler, { context: orderPaidWith("test_timeout_1"), results, signal: abort.signal });
    abort.abort(new Error("deadline"));
    await expect(failure).rejects.toThrow("deadline");
  });
});

test("given random numbers, 5 of 100 charges with an ordinary token fail", async () => {
  const numbers = Array.from({ length: 100 }, (_, index) => index / 100);
  const gateway = new SimulatedGateway({ clock: systemClock, random: () => numbers.shift() ?? 0 });
  const charge = { amountCents: 1, currency: "USD", method: "paypal", token: "tok" };
  const { signal } = new AbortController();
  let failed = 0;
  for (let key = 0; key < 100; key++) {
    const answered = await gateway.charge({ ...charge, idempotencyKey: `k${key}` }, signal);
    if (!answered.ok) failed++;
  }
  expect(failed).toBe(5);
});

test("one key with two amounts is an invalid request", async () => {
  const { gateway, handler } = openGateway();
  await handleStep(handler, order);
  const dearer = { ...paymentInfo({ amount: 200 }), results: { validate_cart: { ...CART_RESULT, total: 200 } } };
  expect(await failureOf(handler, dearer)).toEqual({ permanent: "INVALID_REQUEST" });
  expect(gateway.receipts).toHaveLength(1);
});

test("a receipt that cannot be shaped completes the step, marked, and nothing is charged again", async () => {
  const receipt = { paymentId: "", transactionId: "", amountCents: 12476, currency: "USD", method: "paypal" };
  const gateway = { charge: () => Promise.resolve(answer(receipt)) };
  expect(await handleStep(new ProcessPaymentHandler(null, { gateway }), order)).toEqual(PROCESSING_FAILED);
});
