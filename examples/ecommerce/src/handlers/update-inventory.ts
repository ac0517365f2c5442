import { readResults, storeResults } from "@example/simulation";
import {
  type JsonObject,
  RetryableError,
  type StepExecution,
  StepHandler,
  type StepSequence,
  type TaskView,
} from "tasker";
import { z } from "zod";
import type { Inventory, Reservation } from "../services/inventory.ts";
import type { ShopServices } from "../services/shop-services.ts";
import { CartResult, InventoryResult } from "../step-results.ts";

const ValidatedItems = z.looseObject({ validated_items: CartResult.shape.validated_items });

interface NamedReservation extends Reservation {
  readonly name: string;
}

/** Reserves what was paid for: every item or none. */
export class UpdateInventoryHandler extends StepHandler {
  readonly #inventory: Inventory;

  constructor(config: JsonObject | null, services: Pick<ShopServices, "inventory">) {
    super(config);
    this.#inventory = services.inventory;
  }

  override async process(_task: TaskView, sequence: StepSequence, step: StepExecution): Promise<NamedReservation[]> {
    const cart = readResults(sequence, "validate_cart", ValidatedItems, "MISSING_VALIDATED_ITEMS");
    const items = cart.validated_items;
    const answer = await this.#inventory.reserve(
      `step-${step.stepId}`,
      items.map((item) => ({ productId: item.product_id, quantity: item.quantity })),
    );
    // Unavailable, too little left, reservation failed: the customer has paid, so all of it is worth another attempt.
    if (!answer.ok) {
      throw new RetryableError(`Items not reserved: ${answer.message}`, { context: { reason: answer.reason } });
    }
    return answer.value.map((reservation, index) => ({ ...reservation, name: items[index]?.name ?? "" }));
  }

  override processResults(step: StepExecution, reservations: readonly NamedReservation[]): void {
    storeResults(step, InventoryResult, () => ({
      updated_products: reservations.map((reservation) => ({
        product_id: reservation.productId,
        name: reservation.name,
        previous_stock: reservation.previousStock,
        new_stock: reservation.newStock,
        quantity_reserved: reservation.quantity,
        reservation_id: reservation.reservationId,
      })),
      total_items_reserved: reservations.reduce((sum, reservation) => sum + reservation.quantity, 0),
      inventory_changes: reservations.map((reservation) => ({
        product_id: reservation.productId,
        change_type: "reservation" as const,
        quantity: -reservation.quantity,
        reservation_id: reservation.reservationId,
      })),
    }));
  }
}
