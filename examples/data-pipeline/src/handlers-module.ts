// What the command line loads: the handlers with the simulated systems behind them.
import { createHandlers } from "./create-handlers.ts";
import { createAnalyticsServices } from "./services/analytics-services.ts";

export const {
  ExtractOrdersHandler,
  ExtractProductsHandler,
  ExtractUsersHandler,
  GenerateInsightsHandler,
  SendNotificationsHandler,
  TransformCustomerMetricsHandler,
  TransformProductMetricsHandler,
  UpdateDashboardHandler,
} = createHandlers(createAnalyticsServices());
