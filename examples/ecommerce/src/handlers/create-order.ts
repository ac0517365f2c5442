import { readResults, storeResults } from "@example/simulation";
import {
  type JsonObject,
  PermanentError,
  RetryableError,
  type StepExecution,
  StepHandler,
  type StepSequence,
  type TaskView,
} from "tasker";
import { z } from "zod";
import { fromCents, toCents } from "../money.ts";
import { readOrder } from "../order-context.ts";
import { numberOrder } from "../order-number.ts";
import type { NewOrder, Order } from "../services/order-store.ts";
import type { ShopServices } from "../services/shop-services.ts";
import { CartResult, InventoryResult, OrderResult, PaymentResult } from "../step-results.ts";

const Config = z.strictObject({
  /** Days from the order to its delivery. */
  delivery_days: z.int().nonnegative().default(7),
});

/** Inputs that the task handler gives to this step. */
const Inputs = z.object({ priority: z.enum(["normal", "high"]) }).catch({ priority: "normal" });

const DAY_MS = 86_400_000;

/** Writes the order, once everything it promises has been paid and reserved. */
export class CreateOrderHandler extends StepHandler<z.infer<typeof Config>> {
  readonly #services: Pick<ShopServices, "orders" | "clock">;

  constructor(config: JsonObject | null, services: Pick<ShopServices, "orders" | "clock">) {
    super(Config.parse(config ?? {}));
    this.#services = services;
  }

  override async process(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<Order> {
    const answer = await this.#services.orders.create(this.#describeOrder(task, sequence, step));
    if (answer.ok) return answer.value;
    if (answer.reason === "invalid") {
      throw new PermanentError(`The order is not valid: ${answer.message}`, { errorCode: "ORDER_VALIDATION_FAILED" });
    }
    throw new RetryableError(`The order was not written: ${answer.message}`, { context: { reason: answer.reason } });
  }

  override processResults(step: StepExecution, order: Order): void {
    storeResults(step, OrderResult, () => ({
      order_id: order.orderId,
      order_number: order.orderNumber,
      status: "confirmed" as const,
      total_amount: fromCents(order.totalCents),
      customer_email: order.customerEmail,
      estimated_delivery: order.estimatedDelivery,
      priority: order.priority,
    }));
  }

  #describeOrder(task: TaskView, sequence: StepSequence, step: StepExecution): NewOrder {
    const customer = readOrder(task).customer_info;
    if (!customer?.email || !customer.name) {
      throw new PermanentError("customer_info needs email and name", { errorCode: "MISSING_CUSTOMER_INFO" });
    }
    const cart = readResults(sequence, "validate_cart", CartResult, "MISSING_CART_VALIDATION");
    const payment = readResults(sequence, "process_payment", PaymentResult, "MISSING_PAYMENT_RESULT");
    const inventory = readResults(sequence, "update_inventory", InventoryResult, "MISSING_INVENTORY_RESULT");
    const delivery = new Date(this.#services.clock.now() + this.config.delivery_days * DAY_MS);
    return {
      orderNumber: numberOrder(task),
      customerName: customer.name,
      customerEmail: customer.email,
      totalCents: toCents(cart.total),
      paidCents: toCents(payment.amount_charged),
      paymentId: payment.payment_id,
      reservationIds: inventory.updated_products.map((product) => product.reservation_id),
      priority: Inputs.parse(step.inputs).priority,
      estimatedDelivery: delivery.toISOString().slice(0, 10),
    };
  }
}
