import { readResults, storeResults } from "@example/simulation";
import { type StepExecution, StepHandler, type StepSequence, type TaskView } from "tasker";
import type { z } from "zod";
import { sum, toDollars } from "../dollars.ts";
import { OrdersResult, ProductMetricsResult, ProductsResult } from "../step-results.ts";

type ProductMetrics = z.infer<typeof ProductMetricsResult>["product_metrics"];

/** Computes how each product has sold. */
export class TransformProductMetricsHandler extends StepHandler {
  override process(_task: TaskView, sequence: StepSequence): ProductMetrics {
    const { orders_data } = readResults(sequence, "extract_orders", OrdersResult, "MISSING_ORDERS_DATA");
    const { products_data } = readResults(sequence, "extract_products", ProductsResult, "MISSING_PRODUCTS_DATA");
    const lines = orders_data.filter(({ status }) => status === "completed").flatMap((order) => order.lines);
    const linesOf = Map.groupBy(lines, ({ product_id }) => product_id);
    return products_data.map(({ product_id, name, category, views }) => {
      const sold = linesOf.get(product_id) ?? [];
      return {
        product_id,
        name,
        category: category ?? "unknown",
        total_orders: sold.length,
        total_revenue: toDollars(sum(sold.map(({ amount_cents }) => amount_cents))),
        conversion_rate: views === 0 ? 0 : Math.round((sold.length / views) * 1_000) / 10,
      };
    });
  }

  override processResults(step: StepExecution, product_metrics: ProductMetrics): void {
    storeResults(step, ProductMetricsResult, () => ({ product_metrics }));
  }
}
