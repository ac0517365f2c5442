import { readResults, storeResults } from "@example/simulation";
import { type StepExecution, StepHandler, type StepSequence, type TaskView } from "tasker";
import type { z } from "zod";
import { sum } from "../dollars.ts";
import { CustomerMetricsResult, InsightsResult, ProductMetricsResult } from "../step-results.ts";

type Insights = z.infer<typeof InsightsResult>;

const TOP = 3;

/** Says in a few figures what the metrics mean. */
export class GenerateInsightsHandler extends StepHandler {
  override process(_task: TaskView, sequence: StepSequence): Insights {
    const { customer_metrics: customers } = readResults(
      sequence,
      "transform_customer_metrics",
      CustomerMetricsResult,
      "MISSING_CUSTOMER_METRICS",
    );
    const { product_metrics: products } = readResults(
      sequence,
      "transform_product_metrics",
      ProductMetricsResult,
      "MISSING_PRODUCT_METRICS",
    );
    return {
      top_customers: best(customers),
      top_products: best(products),
      segments: sums(
        customers,
        ({ tier }) => tier,
        () => 1,
      ),
      revenue_by_category: sums(
        products,
        ({ category }) => category,
        ({ total_revenue }) => total_revenue,
      ),
    };
  }

  override processResults(step: StepExecution, insights: Insights): void {
    storeResults(step, InsightsResult, () => insights);
  }
}

function best(sellers: readonly { readonly name: string; readonly total_revenue: number }[]) {
  return [...sellers]
    .sort((a, b) => b.total_revenue - a.total_revenue)
    .slice(0, TOP)
    .map(({ name, total_revenue }) => ({ name, revenue: total_revenue }));
}

function sums<Item>(items: readonly Item[], groupOf: (item: Item) => string, figureOf: (item: Item) => number) {
  const groups = Map.groupBy(items, groupOf);
  return Object.fromEntries([...groups].map(([group, members]) => [group, cents(sum(members.map(figureOf)))]));
}

/** Sums of dollars are rounded to the cent, so that no trace of binary fractions is left. */
function cents(dollars: number): number {
  return Math.round(dollars * 100) / 100;
}
