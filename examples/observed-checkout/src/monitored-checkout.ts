import { valueOrThrow } from "@example/simulation";
import { defineTask, PermanentError, type StepExecution, type TaskTemplate } from "tasker";
import { glanceAtCheckout, readCheckout } from "./checkout-context.ts";
import { CheckoutHandler } from "./checkout-handler.ts";
import type { Shop, SystemName } from "./shop.ts";

const PERMANENT = { card_declined: "PAYMENT_DECLINED", out_of_stock: "OUT_OF_STOCK" };

/**
 * The checkout. Nothing in it knows of monitoring: that listens to events. What an order is worth is one of them,
 * `checkout.begun`, for the engine's own do not carry what a task was given.
 * @param shop the systems that the steps call
 */
export function monitoredCheckout(shop: Shop): TaskTemplate {
  const call = async (system: SystemName, step: StepExecution) =>
    valueOrThrow(await shop.call(system, step.signal), { what: `${step.name} failed`, permanent: PERMANENT });

  return defineTask({
    namespace: "blog_examples",
    name: "monitored_checkout",
    version: "1.0.0",
    dependentSystem: "ecommerce_platform",
    taskHandler: new CheckoutHandler(),
  })
    .step("validate_cart", {
      retryLimit: 2,
      timeoutSeconds: 10,
      customEvents: [{ name: "checkout.begun", description: "What a checkout is about." }],
      async process(task, _sequence, step) {
        const checkout = glanceAtCheckout(task);
        if (checkout !== null) {
          const { order_value, customer_tier } = checkout;
          step.publishEvent("checkout.begun", { order_value, customer_tier });
        }
        const { cart_items } = readCheckout(task);
        if (cart_items.length === 0) {
          throw new PermanentError("validation failed: the cart is empty", { errorCode: "EMPTY_CART" });
        }
        await call("cart", step);
        const cents = cart_items.reduce((sum, { price, quantity }) => sum + Math.round(price * 100) * quantity, 0);
        return { validated: true, cart_total: cents / 100 };
      },
    })
    .step("process_payment", {
      dependsOn: ["validate_cart"],
      retryLimit: 3,
      timeoutSeconds: 30,
      async process(task, sequence, step) {
        await call("payment", step);
        const { cart_total } = sequence.resultsOf("validate_cart");
        return { payment_successful: true, amount: cart_total, method: readCheckout(task).payment_method };
      },
    })
    .step("update_inventory", {
      dependsOn: ["process_payment"],
      retryLimit: 2,
      timeoutSeconds: 15,
      async process(_task, _sequence, step) {
        return { inventory_updated: await call("inventory", step) };
      },
    })
    .step("create_order", {
      dependsOn: ["update_inventory"],
      retryLimit: 2,
      timeoutSeconds: 10,
      async process(task, _sequence, step) {
        return { order_created: await call("orders", step), order_number: `ORD-${task.taskId}` };
      },
    })
    .step("send_confirmation", {
      dependsOn: ["create_order"],
      retryLimit: 3,
      timeoutSeconds: 20,
      async process(_task, _sequence, step) {
        return { confirmation_sent: await call("mail", step) };
      },
    })
    .build();
}
