import { type Clock, systemClock } from "tasker";
import { Catalogue } from "./catalogue.ts";
import { Inventory } from "./inventory.ts";
import { Mailer } from "./mailer.ts";
import { OrderStore } from "./order-store.ts";
import { type PaymentGateway, SimulatedGateway } from "./payment-gateway.ts";

/** Everything outside the workflow that the handlers of an order talk to. */
export interface ShopServices {
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly inventory: Inventory;
  readonly gateway: PaymentGateway;
  readonly orders: OrderStore;
  readonly mailer: Mailer;
}

/** The simulated shop: four products, its stock, and services that work unless the order's token says otherwise. */
export function createShopServices(clock: Clock = systemClock): ShopServices {
  return {
    clock,
    catalogue: new Catalogue([
      { id: 1, name: "Widget A", priceCents: 29_99, active: true },
      { id: 2, name: "Widget B", priceCents: 49_99, active: true },
      { id: 3, name: "Coffee grinder", priceCents: 89_00, active: true },
      { id: 4, name: "Widget C", priceCents: 19_99, active: false },
    ]),
    inventory: new Inventory({ 1: 100, 2: 50, 3: 15, 4: 8 }),
    gateway: new SimulatedGateway({ clock }),
    orders: new OrderStore(),
    mailer: new Mailer(),
  };
}
