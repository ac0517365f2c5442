import { storeResults } from "@example/simulation";
import type { JsonObject, StepExecution } from "tasker";
import type { OrderRecord } from "../records.ts";
import type { AnalyticsServices } from "../services/analytics-services.ts";
import { OrdersResult } from "../step-results.ts";
import { type Extracted, ExtractHandler } from "./extract-handler.ts";

/** Fetches the period's orders from the warehouse. */
export class ExtractOrdersHandler extends ExtractHandler<OrderRecord> {
  constructor(config: JsonObject | null, { warehouse, clock }: Pick<AnalyticsServices, "warehouse" | "clock">) {
    const extraction = {
      source: warehouse,
      records: "orders",
      authErrorCode: "WAREHOUSE_AUTH_FAILED",
      minimum: ({ min_order_records }: { readonly min_order_records: number }) => min_order_records,
      isIncomplete: ({ user_id }: OrderRecord) => user_id === null,
    };
    super(config, extraction, clock);
  }

  override processResults(step: StepExecution, { rows, metadata }: Extracted<OrderRecord>): void {
    storeResults(step, OrdersResult, () => OrdersResult.parse({ orders_data: rows, extraction_metadata: metadata }));
  }
}
