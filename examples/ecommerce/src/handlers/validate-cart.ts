import { storeResults } from "@example/simulation";
import {
  type JsonObject,
  PermanentError,
  RetryableError,
  type StepExecution,
  StepHandler,
  type TaskView,
} from "tasker";
import { z } from "zod";
import { type Cents, fromCents, percentOf, toCents } from "../money.ts";
import { type OrderContext, readOrder } from "../order-context.ts";
import type { Product } from "../services/catalogue.ts";
import type { ShopServices } from "../services/shop-services.ts";
import { shippingCost } from "../shipping-cost.ts";
import { CartResult } from "../step-results.ts";

const Config = z.strictObject({
  /** Sales tax per hundred of the subtotal. */
  tax_percent: z.number().nonnegative().default(8),
});

interface Line {
  readonly product: Product;
  readonly quantity: number;
}

interface PricedCart {
  readonly lines: readonly Line[];
  readonly subtotal: Cents;
  readonly tax: Cents;
  readonly shipping: Cents;
}

/** Checks the cart against catalogue and stock, and computes what it costs. */
export class ValidateCartHandler extends StepHandler<z.infer<typeof Config>> {
  readonly #services: ShopServices;

  constructor(config: JsonObject | null, services: ShopServices) {
    super(Config.parse(config ?? {}));
    this.#services = services;
  }

  override process(task: TaskView): PricedCart {
    const items = readOrder(task).cart_items;
    if (items.length === 0) {
      throw new PermanentError("The cart has no items", { errorCode: "MISSING_CART_ITEMS" });
    }
    const lines = items.map((item, index) => this.#checkItem(item, index));
    this.#checkStock(lines);
    const units = lines.reduce((sum, line) => sum + line.quantity, 0);
    const subtotal = lines.reduce((sum, line) => sum + line.product.priceCents * line.quantity, 0);
    return { lines, subtotal, tax: percentOf(subtotal, this.config.tax_percent), shipping: shippingCost(units) };
  }

  override processResults(step: StepExecution, cart: PricedCart): void {
    storeResults(step, CartResult, () => ({
      validated_items: cart.lines.map(({ product, quantity }) => ({
        product_id: product.id,
        name: product.name,
        price: fromCents(product.priceCents),
        quantity,
        line_total: fromCents(product.priceCents * quantity),
      })),
      subtotal: fromCents(cart.subtotal),
      tax: fromCents(cart.tax),
      shipping: fromCents(cart.shipping),
      total: fromCents(cart.subtotal + cart.tax + cart.shipping),
      item_count: cart.lines.reduce((sum, line) => sum + line.quantity, 0),
    }));
  }

  #checkItem(item: OrderContext["cart_items"][number], index: number): Line {
    const { product_id: productId, quantity, price } = item;
    const fail = (errorCode: string, message: string) =>
      new PermanentError(`cart_items[${index}]: ${message}`, { errorCode, context: { index, ...item } });

    if (productId == null) throw fail("MISSING_PRODUCT_ID", "product_id is missing");
    if (quantity == null || !Number.isInteger(quantity) || quantity < 1) {
      throw fail("INVALID_QUANTITY", `quantity is ${quantity}, expected a whole number from 1`);
    }
    const product = this.#services.catalogue.find(productId);
    if (product === null) throw fail("PRODUCT_NOT_FOUND", `there is no product ${productId}`);
    if (!product.active) throw fail("PRODUCT_INACTIVE", `${product.name} is no longer sold`);
    if (price == null || toCents(price) !== product.priceCents) {
      throw fail("PRICE_MISMATCH", `price is ${price}, but ${product.name} costs ${fromCents(product.priceCents)}`);
    }
    return { product, quantity };
  }

  /** Too little stock may be a matter of minutes: the next delivery cures it. */
  #checkStock(lines: readonly Line[]): void {
    for (const [product, wanted] of unitsByProduct(lines)) {
      const available = this.#services.inventory.available(product.id);
      if (wanted <= available) continue;
      throw new RetryableError(`${product.name}: ${wanted} ordered, ${available} in stock`, {
        context: { product_id: product.id, wanted, available },
      });
    }
  }
}

/** Two lines of a cart may name the same product. */
function unitsByProduct(lines: readonly Line[]): Map<Product, number> {
  const units = new Map<Product, number>();
  for (const { product, quantity } of lines) units.set(product, (units.get(product) ?? 0) + quantity);
  return units;
}
