import { storeResults } from "@example/simulation";
import type { JsonObject, StepExecution } from "tasker";
import type { UserRecord } from "../records.ts";
import type { AnalyticsServices } from "../services/analytics-services.ts";
import { UsersResult } from "../step-results.ts";
import { type Extracted, ExtractHandler } from "./extract-handler.ts";

/** Fetches the users from the CRM. */
export class ExtractUsersHandler extends ExtractHandler<UserRecord> {
  constructor(config: JsonObject | null, { crm, clock }: Pick<AnalyticsServices, "crm" | "clock">) {
    const extraction = {
      source: crm,
      records: "users",
      authErrorCode: "CRM_AUTH_FAILED",
      minimum: ({ min_customer_records }: { readonly min_customer_records: number }) => min_customer_records,
      isIncomplete: ({ email }: UserRecord) => email === null,
    };
    super(config, extraction, clock);
  }

  override processResults(step: StepExecution, { rows, metadata }: Extracted<UserRecord>): void {
    storeResults(step, UsersResult, () => UsersResult.parse({ users_data: rows, extraction_metadata: metadata }));
  }
}
