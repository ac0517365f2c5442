import { randomBytes } from "node:crypto";
import { type Annotation, type StepSequence, TaskHandler, type TaskView } from "tasker";
import { glanceAtCheckout } from "./checkout-context.ts";

/** Order value in dollars from which on a failure hurts. */
const HIGH_IMPACT = 500;

/** Leaves what the business calls the checkout, for whoever looks at a finished task. */
export class CheckoutHandler extends TaskHandler {
  override updateAnnotations(task: TaskView, _sequence: StepSequence): readonly Annotation[] {
    const checkout = glanceAtCheckout(task);
    if (checkout === null) return [];
    return [
      {
        type: "business_context",
        value: {
          domain: "ecommerce",
          impact_level: checkout.order_value >= HIGH_IMPACT ? "high" : "standard",
          sla_tier: checkout.customer_tier === "premium" ? "premium" : "standard",
          correlation_id: task.correlationId,
        },
      },
    ];
  }
}

/** A correlation id for a new checkout: it goes through logs, events and whatever the shop's systems are sent. */
export function newCorrelationId(): string {
  return `checkout_${randomBytes(8).toString("hex")}`;
}
