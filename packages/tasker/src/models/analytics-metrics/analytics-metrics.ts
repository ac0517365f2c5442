import type { Connection } from "../../database/database.ts";
import { type AnalyticsMetrics, metricsOf, selectAnalyticsMetrics } from "./metrics-row.ts";

export type { AnalyticsMetrics } from "./metrics-row.ts";

/**
 * Measures the tasks created after an instant.
 * @param since default: one hour ago
 */
export async function call(connection: Connection, since: Date | null = null): Promise<AnalyticsMetrics> {
  return metricsOf(await connection.run(selectAnalyticsMetrics, [since]));
}
