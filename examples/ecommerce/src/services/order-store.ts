import { type Answer, answer, type OutcomeScript, refuse, ScriptPlayer } from "@example/simulation";
import type { Cents } from "../money.ts";

/** An order that is to be written. */
export interface NewOrder {
  readonly orderNumber: string;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly totalCents: Cents;
  /** What was charged; has to equal the total. */
  readonly paidCents: Cents;
  readonly paymentId: string;
  readonly reservationIds: readonly string[];
  readonly priority: "normal" | "high";
  /** `YYYY-MM-DD`. */
  readonly estimatedDelivery: string;
}

/** An order that was written. */
export interface Order extends NewOrder {
  readonly orderId: number;
}

/** The shop's orders, in memory. */
export class OrderStore {
  readonly #orders = new Map<string, Order>();
  readonly #script: ScriptPlayer;

  /** @param script outcomes of the first calls to {@link create}. Default: none */
  constructor(script: OutcomeScript = []) {
    this.#script = new ScriptPlayer(script);
  }

  /** Every order, oldest first. */
  get orders(): readonly Order[] {
    return [...this.#orders.values()];
  }

  /** Writes an order; a second call with its number gives the order that is there. Refuses with `invalid`. */
  create(order: NewOrder): Promise<Answer<Order>> {
    return Promise.resolve(this.#create(order));
  }

  #create(order: NewOrder): Answer<Order> {
    const scripted = this.#script.next();
    if (scripted !== null) return refuse(scripted);
    const earlier = this.#orders.get(order.orderNumber);
    if (earlier !== undefined) return answer(earlier);
    if (order.reservationIds.length === 0) return refuse("invalid", "an order needs at least one reserved item");
    if (order.paidCents !== order.totalCents) {
      return refuse("invalid", `paid ${order.paidCents} cents for a total of ${order.totalCents} cents`);
    }
    const created: Order = { ...order, orderId: this.#orders.size + 1 };
    this.#orders.set(order.orderNumber, created);
    return answer(created);
  }
}
