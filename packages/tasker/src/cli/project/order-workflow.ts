/** Template of a new project: a diamond of four steps. */
export const TEMPLATE = `# An order in four steps. A step that fails is tried again alone; what is done stays done.
name: order
namespace_name: shop
version: 1.0.0
description: Checks, reserves, charges and confirms one order
task_handler_class: Order

schema:
  type: object
  required: [email, items]
  properties:
    email: { type: string }
    items:
      type: array
      minItems: 1
      items:
        type: object
        required: [name, price, quantity]
        properties:
          name: { type: string }
          price: { type: number, minimum: 0 }
          quantity: { type: integer, minimum: 1 }

step_templates:
  - name: check_order
    handler_class: CheckOrder

  - name: reserve_items
    depends_on_step: check_order
    handler_class: ReserveItems

  - name: charge_card
    depends_on_step: check_order
    handler_class: ChargeCard
    default_retry_limit: 3
    timeout_seconds: 10

  - name: send_receipt
    depends_on_steps: [reserve_items, charge_card]
    handler_class: SendReceipt
`;

/** Handlers of a new project. Plain JavaScript, so that every supported Node runs it as it is. */
export const HANDLERS = `import { setTimeout as wait } from "node:timers/promises";
import { PermanentError, RetryableError, StepHandler } from "tasker";

// One class for each handler_class of order.yaml. What process() returns is stored as the step's result, and the steps
// that come after can read it.

export class CheckOrder extends StepHandler {
  process(task) {
    const total = task.context.items.reduce((sum, { price, quantity }) => sum + price * quantity, 0);
    // Trying again would not help: the step fails for good.
    if (total === 0) throw new PermanentError("the order costs nothing", { errorCode: "EMPTY_ORDER" });
    return { total };
  }
}

export class ReserveItems extends StepHandler {
  async process(task, sequence, step) {
    await wait(400, undefined, { signal: step.signal });
    return { reserved: task.context.items.map(({ name, quantity }) => \`\${quantity} x \${name}\`) };
  }
}

export class ChargeCard extends StepHandler {
  async process(task, sequence, step) {
    await wait(300, undefined, { signal: step.signal });
    // Stands for a payment gateway that is busy at first. The engine tries again after a second.
    if (step.attempt === 1) throw new RetryableError("the payment gateway is busy", { retryAfter: 1 });
    // The step's id is the same in every attempt: the key under which a gateway charges only once.
    return { charged: sequence.resultsOf("check_order").total, payment: \`payment-\${step.stepId}\` };
  }
}

export class SendReceipt extends StepHandler {
  process(task, sequence) {
    const { charged, payment } = sequence.resultsOf("charge_card");
    return { sent_to: task.context.email, charged, payment };
  }
}
`;

/** Context of a new project's first task. */
export const CONTEXT = `${JSON.stringify(
  {
    email: "ada@example.com",
    items: [
      { name: "coffee", price: 9.5, quantity: 2 },
      { name: "grinder", price: 79, quantity: 1 },
    ],
  },
  null,
  2,
)}\n`;
