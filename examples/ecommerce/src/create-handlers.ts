import { withServices } from "@example/simulation";
import { CreateOrderHandler } from "./handlers/create-order.ts";
import { ProcessOrderHandler } from "./handlers/process-order.ts";
import { ProcessPaymentHandler } from "./handlers/process-payment.ts";
import { SendConfirmationHandler } from "./handlers/send-confirmation.ts";
import { UpdateInventoryHandler } from "./handlers/update-inventory.ts";
import { ValidateCartHandler } from "./handlers/validate-cart.ts";
import type { ShopServices } from "./services/shop-services.ts";

/** The handlers that `process-order.yaml` names, working with these services. */
export function createHandlers(services: ShopServices) {
  return {
    ProcessOrderHandler,
    ValidateCartHandler: withServices(ValidateCartHandler, services),
    ProcessPaymentHandler: withServices(ProcessPaymentHandler, services),
    UpdateInventoryHandler: withServices(UpdateInventoryHandler, services),
    CreateOrderHandler: withServices(CreateOrderHandler, services),
    SendConfirmationHandler: withServices(SendConfirmationHandler, services),
  };
}
