// What the command line loads: the handlers with the simulated shop behind them.
import { createHandlers } from "./create-handlers.ts";
import { createShopServices } from "./services/shop-services.ts";

export const {
  CreateOrderHandler,
  ProcessOrderHandler,
  ProcessPaymentHandler,
  SendConfirmationHandler,
  UpdateInventoryHandler,
  ValidateCartHandler,
} = createHandlers(createShopServices());
