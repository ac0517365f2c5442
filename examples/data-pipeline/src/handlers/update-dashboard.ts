import { readResults, storeResults, valueOrThrow } from "@example/simulation";
import { type JsonObject, type StepExecution, StepHandler, type StepSequence, type TaskView } from "tasker";
import { readPeriod } from "../analytics-context.ts";
import type { AnalyticsServices } from "../services/analytics-services.ts";
import type { Sections } from "../services/dashboard.ts";
import { DashboardResult, InsightsResult } from "../step-results.ts";
import { CallConfig } from "./call-config.ts";

interface Updated {
  readonly id: string;
  readonly sections: Sections;
}

/** Puts the insights on the month's dashboard. Doing it twice changes nothing. */
export class UpdateDashboardHandler extends StepHandler<CallConfig> {
  readonly #dashboards: AnalyticsServices["dashboards"];

  constructor(config: JsonObject | null, { dashboards }: Pick<AnalyticsServices, "dashboards">) {
    super(CallConfig.parse(config ?? {}));
    this.#dashboards = dashboards;
  }

  override async process(task: TaskView, sequence: StepSequence): Promise<Updated> {
    const insights = readResults(sequence, "generate_insights", InsightsResult, "MISSING_INSIGHTS_DATA");
    const { end } = readPeriod(task);
    const id = `executive_dashboard_${end.slice(0, 7).replace("-", "_")}`;
    const sections = {
      customers: insights.top_customers,
      products: insights.top_products,
      segments: insights.segments,
      revenue: insights.revenue_by_category,
    };
    return valueOrThrow(await this.#dashboards.update(id, sections, this.config.call_timeout_seconds), {
      what: "dashboard not updated",
      permanent: { authentication_failed: "DASHBOARD_AUTH_FAILED" },
    });
  }

  override processResults(step: StepExecution, { id, sections }: Updated): void {
    storeResults(step, DashboardResult, () => ({ dashboard_id: id, sections: Object.keys(sections) }));
  }
}
