import { PermanentError, type StepExecution, StepHandler, type StepSequence, type TaskView } from "tasker";
import { sendOnce, storeOnce } from "../src/records.ts";

type Context = { readonly cart_id: number; readonly email: string };

type Product = { readonly title: string; readonly price: number; readonly quantity: number };

type Results = {
  readonly fetch_cart: { readonly body: { readonly products: readonly Product[] } };
  readonly price_order: { readonly items: number; readonly discount: number; readonly total: number };
  readonly store_order: { readonly order_id: string };
};

/** Adds up the lines of a cart: calculates, and touches nothing. */
export class PriceOrderStep extends StepHandler<{ readonly discount_from: number; readonly discount_percent: number }> {
  process(_task: TaskView, sequence: StepSequence<Results>): Results["price_order"] {
    const { products } = sequence.resultsOf("fetch_cart").body;
    if (products.length === 0) throw new PermanentError("the cart is empty", { errorCode: "EMPTY_CART" });
    const { discount_from: from, discount_percent: percent } = this.config;
    // In whole cents: sums of fractions are not exact.
    const cents = products.reduce((sum, { price, quantity }) => sum + Math.round(price * 100) * quantity, 0);
    const discount = cents >= from * 100 ? Math.round((cents * percent) / 100) : 0;
    const items = products.reduce((sum, { quantity }) => sum + quantity, 0);
    return { items, discount: discount / 100, total: (cents - discount) / 100 };
  }
}

/** Writes the order, once. */
export class StoreOrderStep extends StepHandler {
  async process(
    task: TaskView<Context>,
    sequence: StepSequence<Results>,
    step: StepExecution,
  ): Promise<Results["store_order"]> {
    const orderId = `order-${task.taskId}`;
    const { items, total } = sequence.resultsOf("price_order");
    await storeOnce("orders", orderId, { cart_id: task.context.cart_id, email: task.context.email, items, total });
    step.publishEvent("order.stored", { order_id: orderId, total });
    return { order_id: orderId };
  }
}

/** Tells the customer, once. */
export class SendConfirmationStep extends StepHandler {
  async process(task: TaskView<Context>, sequence: StepSequence<Results>, step: StepExecution) {
    const { order_id: orderId } = sequence.resultsOf("store_order");
    const { total } = sequence.resultsOf("price_order");
    const { email } = task.context;
    await sendOnce(step.stepId, { to: email, subject: `Your order ${orderId}`, text: `It comes to ${total}.` });
    return { sent_to: email };
  }
}
