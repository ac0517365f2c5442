import { storeResults } from "@example/simulation";
import type { JsonObject, StepExecution } from "tasker";
import type { ProductRecord } from "../records.ts";
import type { AnalyticsServices } from "../services/analytics-services.ts";
import { ProductsResult } from "../step-results.ts";
import { type Extracted, ExtractHandler } from "./extract-handler.ts";

/** Fetches the products from the inventory system. */
export class ExtractProductsHandler extends ExtractHandler<ProductRecord> {
  constructor(config: JsonObject | null, { inventory, clock }: Pick<AnalyticsServices, "inventory" | "clock">) {
    const extraction = {
      source: inventory,
      records: "products",
      authErrorCode: "INVENTORY_AUTH_FAILED",
      // A report needs products to speak of, however few.
      minimum: () => 1,
      isIncomplete: ({ category }: ProductRecord) => category === null,
    };
    super(config, extraction, clock);
  }

  override processResults(step: StepExecution, { rows, metadata }: Extracted<ProductRecord>): void {
    storeResults(step, ProductsResult, () =>
      ProductsResult.parse({ products_data: rows, extraction_metadata: metadata }),
    );
  }
}
