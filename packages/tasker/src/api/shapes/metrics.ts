import { z } from "zod";

/** Metrics of a process, each series by its name and labels. */
export const MetricsDocument = z.object({
  timestamp: z.string(),
  metrics: z.record(z.string(), z.looseObject({ name: z.string(), type: z.string() })),
  total_metrics: z.int(),
  metadata: z.looseObject({ exporter: z.string(), version: z.string(), exported_at: z.string() }),
});
