import { readResults, storeResults } from "@example/simulation";
import { type StepExecution, StepHandler, type StepSequence, type TaskView } from "tasker";
import type { z } from "zod";
import { sum, toDollars } from "../dollars.ts";
import type { OrderRecord } from "../records.ts";
import { CustomerMetricsResult, OrdersResult, UsersResult } from "../step-results.ts";

type CustomerMetrics = z.infer<typeof CustomerMetricsResult>["customer_metrics"];

/** Computes what each user has ordered. A refunded order counts as one, but brings nothing in. */
export class TransformCustomerMetricsHandler extends StepHandler {
  override process(_task: TaskView, sequence: StepSequence): CustomerMetrics {
    const { orders_data } = readResults(sequence, "extract_orders", OrdersResult, "MISSING_ORDERS_DATA");
    const { users_data } = readResults(sequence, "extract_users", UsersResult, "MISSING_USERS_DATA");
    const ordersOf = Map.groupBy(orders_data, ({ user_id }) => user_id);
    return users_data.map(({ user_id, name, tier }) => {
      const orders = ordersOf.get(user_id) ?? [];
      const completed = orders.filter(({ status }) => status === "completed");
      const cents = sum(completed.map(valueInCents));
      return {
        user_id,
        name,
        tier,
        total_orders: orders.length,
        completed_orders: completed.length,
        total_revenue: toDollars(cents),
        average_order_value: completed.length === 0 ? 0 : toDollars(Math.round(cents / completed.length)),
      };
    });
  }

  override processResults(step: StepExecution, customer_metrics: CustomerMetrics): void {
    storeResults(step, CustomerMetricsResult, () => ({ customer_metrics }));
  }
}

function valueInCents({ lines }: OrderRecord): number {
  return sum(lines.map(({ amount_cents }) => amount_cents));
}
