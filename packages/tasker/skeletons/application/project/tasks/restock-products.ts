import { type StepExecution, StepHandler, type StepSequence, type TaskView } from "tasker";
import { sendOnce, storeOnce } from "../src/records.ts";

type Context = { readonly buyer: string; readonly limit: number };

type Product = { readonly id: number; readonly title: string; readonly stock: number };

type Purchase = { readonly product_id: number; readonly title: string; readonly quantity: number };

type Results = {
  readonly fetch_products: { readonly body: { readonly products: readonly Product[] } };
  readonly find_low_stock: { readonly purchases: readonly Purchase[] };
  readonly store_purchases: { readonly stored: number };
};

/** Finds what runs low: calculates, and touches nothing. */
export class FindLowStockStep extends StepHandler<{ readonly reorder_below: number; readonly fill_up_to: number }> {
  process(_task: TaskView, sequence: StepSequence<Results>): Results["find_low_stock"] {
    const { reorder_below: below, fill_up_to: full } = this.config;
    const { products } = sequence.resultsOf("fetch_products").body;
    const low = products.filter(({ stock }) => stock < below);
    return { purchases: low.map(({ id, title, stock }) => ({ product_id: id, title, quantity: full - stock })) };
  }
}

/** Writes an order for each product, each once. */
export class StorePurchasesStep extends StepHandler {
  async process(task: TaskView, sequence: StepSequence<Results>): Promise<Results["store_purchases"]> {
    const { purchases } = sequence.resultsOf("find_low_stock");
    for (const purchase of purchases) {
      await storeOnce("purchases", `${task.taskId}-${purchase.product_id}`, purchase);
    }
    return { stored: purchases.length };
  }
}

/** Tells the buyer, once, and only if there is something to tell. */
export class TellBuyerStep extends StepHandler {
  async process(task: TaskView<Context>, sequence: StepSequence<Results>, step: StepExecution) {
    const { purchases } = sequence.resultsOf("find_low_stock");
    if (purchases.length === 0) return { told: false };
    const text = purchases.map(({ quantity, title }) => `${quantity} x ${title}`).join("\n");
    await sendOnce(step.stepId, { to: task.context.buyer, subject: "Ordered today", text });
    return { told: true };
  }
}
