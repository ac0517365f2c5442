import { withServices } from "@example/simulation";
import { ExtractOrdersHandler } from "./handlers/extract-orders.ts";
import { ExtractProductsHandler } from "./handlers/extract-products.ts";
import { ExtractUsersHandler } from "./handlers/extract-users.ts";
import { GenerateInsightsHandler } from "./handlers/generate-insights.ts";
import { SendNotificationsHandler } from "./handlers/send-notifications.ts";
import { TransformCustomerMetricsHandler } from "./handlers/transform-customer-metrics.ts";
import { TransformProductMetricsHandler } from "./handlers/transform-product-metrics.ts";
import { UpdateDashboardHandler } from "./handlers/update-dashboard.ts";
import type { AnalyticsServices } from "./services/analytics-services.ts";

/** The handlers that `customer-analytics.yaml` names, working with these services. */
export function createHandlers(services: AnalyticsServices) {
  return {
    ExtractOrdersHandler: withServices(ExtractOrdersHandler, services),
    ExtractUsersHandler: withServices(ExtractUsersHandler, services),
    ExtractProductsHandler: withServices(ExtractProductsHandler, services),
    TransformCustomerMetricsHandler,
    TransformProductMetricsHandler,
    GenerateInsightsHandler,
    UpdateDashboardHandler: withServices(UpdateDashboardHandler, services),
    SendNotificationsHandler: withServices(SendNotificationsHandler, services),
  };
}
