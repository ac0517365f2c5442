import { z } from "zod";
import { route } from "../route.ts";
import { MetricsDocument } from "../shapes/metrics.ts";

/** Gives the metrics of this process. */
export const exportMetrics = route({
  id: "exportMetrics",
  method: "GET",
  path: "/metrics",
  dialect: "reference",
  tag: "Metrics",
  summary: "The metrics of this process, for Prometheus",
  description:
    "As JSON for a request that accepts `application/json` and no text. 503 if metrics are not collected. Open to everybody if " +
    "`telemetry.metrics_auth_required` is false.",
  // Whether somebody must be authorized depends on the configuration, which the implementation reads.
  permission: null,
  answer: z.string(),
  answerType: "text/plain",
  otherTypes: { "application/json": MetricsDocument },
  errors: [401, 403, 503],
});
