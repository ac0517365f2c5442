import type { JsonObject } from "tasker";
import { CreateOrderHandler } from "./handlers/create-order.ts";
import { ProcessOrderHandler } from "./handlers/process-order.ts";
import { ProcessPaymentHandler } from "./handlers/process-payment.ts";
import { SendConfirmationHandler } from "./handlers/send-confirmation.ts";
import { UpdateInventoryHandler } from "./handlers/update-inventory.ts";
import { ValidateCartHandler } from "./handlers/validate-cart.ts";
import type { ShopServices } from "./services/shop-services.ts";

/**
 * The handlers that `process-order.yaml` names, working with these services. The engine makes a handler for every attempt
 * and gives it its configuration; the services come from here, so that nothing about them is global.
 */
export function createHandlers(services: ShopServices) {
  return {
    ProcessOrderHandler,
    ValidateCartHandler: class extends ValidateCartHandler {
      constructor(config: JsonObject | null) {
        super(config, services);
      }
    },
    ProcessPaymentHandler: class extends ProcessPaymentHandler {
      constructor(config: JsonObject | null) {
        super(config, services);
      }
    },
    UpdateInventoryHandler: class extends UpdateInventoryHandler {
      constructor(config: JsonObject | null) {
        super(config, services);
      }
    },
    CreateOrderHandler: class extends CreateOrderHandler {
      constructor(config: JsonObject | null) {
        super(config, services);
      }
    },
    SendConfirmationHandler: class extends SendConfirmationHandler {
      constructor(config: JsonObject | null) {
        super(config, services);
      }
    },
  };
}
