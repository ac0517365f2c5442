import { z } from "zod";
import { OrderRecord, ProductRecord, UserRecord } from "./records.ts";

const ExtractionMetadata = z.object({
  source: z.string(),
  records: z.int().nonnegative(),
  /** ISO 8601. */
  extracted_at: z.iso.datetime(),
  /** Share of records in which something is missing, 0 to 1. */
  null_percentage: z.number().min(0).max(1),
});

/** Dollars with two decimals at most. */
const amount = z.number();

export const OrdersResult = z.object({
  orders_data: z.array(OrderRecord),
  extraction_metadata: ExtractionMetadata,
});

export const UsersResult = z.object({
  users_data: z.array(UserRecord),
  extraction_metadata: ExtractionMetadata,
});

export const ProductsResult = z.object({
  products_data: z.array(ProductRecord),
  extraction_metadata: ExtractionMetadata,
});

export const CustomerMetricsResult = z.object({
  customer_metrics: z.array(
    z.object({
      user_id: z.int(),
      name: z.string(),
      tier: z.string(),
      total_orders: z.int(),
      completed_orders: z.int(),
      total_revenue: amount,
      average_order_value: amount,
    }),
  ),
});

export const ProductMetricsResult = z.object({
  product_metrics: z.array(
    z.object({
      product_id: z.int(),
      name: z.string(),
      category: z.string(),
      total_orders: z.int(),
      total_revenue: amount,
      /** Completed orders in 100 views, one decimal. */
      conversion_rate: z.number(),
    }),
  ),
});

export const InsightsResult = z.object({
  top_customers: z.array(z.object({ name: z.string(), revenue: amount })).max(3),
  top_products: z.array(z.object({ name: z.string(), revenue: amount })).max(3),
  segments: z.record(z.string(), z.int()),
  revenue_by_category: z.record(z.string(), amount),
});

export const DashboardResult = z.object({
  dashboard_id: z.string().regex(/^executive_dashboard_\d{4}_\d{2}$/),
  sections: z.array(z.string()).length(4),
});

export const NotificationsResult = z.object({
  deliveries: z.array(z.object({ channel: z.string(), message_id: z.string() })).min(1),
  summary: z.string(),
});
