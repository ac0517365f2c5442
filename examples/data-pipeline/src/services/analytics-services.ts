import { type Clock, systemClock } from "tasker";
import type { OrderRecord, ProductRecord, UserRecord } from "../records.ts";
import { Dashboards } from "./dashboard.ts";
import { Notifier } from "./notifier.ts";
import { ORDERS, PRODUCTS, USERS } from "./records.ts";
import { SimulatedSource, type Source } from "./source.ts";

/** Everything outside the workflow that its handlers talk to. */
export interface AnalyticsServices {
  readonly clock: Clock;
  readonly warehouse: Source<OrderRecord>;
  readonly crm: Source<UserRecord>;
  readonly inventory: Source<ProductRecord>;
  readonly dashboards: Dashboards;
  readonly notifier: Notifier;
}

/** Services in memory that work. */
export function createAnalyticsServices(clock: Clock = systemClock): AnalyticsServices {
  return {
    clock,
    warehouse: new SimulatedSource("warehouse", {
      rows: ORDERS,
      isIn: ({ ordered_on }, { start, end }) => start <= ordered_on && ordered_on <= end,
    }),
    crm: new SimulatedSource("crm", { rows: USERS }),
    inventory: new SimulatedSource("inventory", { rows: PRODUCTS }),
    dashboards: new Dashboards(),
    notifier: new Notifier(),
  };
}
