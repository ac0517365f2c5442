import { z } from "zod";
import { route } from "../route.ts";
import { MetricsDocument } from "../shapes/metrics.ts";

/** Exports the metrics of the process. */
export const exportMetrics = route({
  id: "exportMetrics",
  method: "GET",
  path: "/v1/metrics",
  tag: "Metrics",
  summary: "Export the metrics of this process",
  permission: { resource: "tasker.metrics", action: "index", on: "all" },
  query: z.strictObject({ format: z.enum(["json", "csv", "prometheus"]).default("json") }),
  answer: MetricsDocument,
  otherTypes: { "text/csv": z.string(), "text/plain": z.string() },
});
