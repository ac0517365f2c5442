import { type Answer, answer, type OutcomeScript, refuse, ScriptPlayer } from "@example/simulation";

/** Units of one product to set aside. */
export interface ReservationLine {
  readonly productId: number;
  readonly quantity: number;
}

/** Units that were set aside. */
export interface Reservation extends ReservationLine {
  readonly reservationId: string;
  readonly previousStock: number;
  readonly newStock: number;
}

/** What is in the warehouse, in memory. */
export class Inventory {
  readonly #stock: Map<number, number>;
  readonly #reservations = new Map<string, readonly Reservation[]>();
  readonly #script: ScriptPlayer;

  /**
   * @param stock units by product id
   * @param script outcomes of the first calls to {@link reserve}. Default: none
   */
  constructor(stock: Readonly<Record<number, number>>, script: OutcomeScript = []) {
    this.#stock = new Map(Object.entries(stock).map(([id, units]) => [Number(id), units]));
    this.#script = new ScriptPlayer(script);
  }

  /** Units that nobody has reserved; 0 for a product that is not stocked. */
  available(productId: number): number {
    return this.#stock.get(productId) ?? 0;
  }

  /** Changes the stock of a product: a delivery, or units written off. */
  restock(productId: number, units: number): void {
    this.#stock.set(productId, this.available(productId) + units);
  }

  /** Sets aside every line or none. Two calls with one key reserve once. */
  reserve(idempotencyKey: string, lines: readonly ReservationLine[]): Promise<Answer<readonly Reservation[]>> {
    return Promise.resolve(this.#reserve(idempotencyKey, lines));
  }

  #reserve(idempotencyKey: string, lines: readonly ReservationLine[]): Answer<readonly Reservation[]> {
    const scripted = this.#script.next();
    if (scripted !== null) return refuse(scripted);
    const earlier = this.#reservations.get(idempotencyKey);
    if (earlier !== undefined) return answer(earlier);
    const wanted = new Map<number, number>();
    for (const { productId, quantity } of lines) wanted.set(productId, (wanted.get(productId) ?? 0) + quantity);
    for (const [productId, quantity] of wanted) {
      const available = this.available(productId);
      if (quantity > available) {
        return refuse("insufficient", `product ${productId}: ${quantity} wanted, ${available} in stock`);
      }
    }
    const made = lines.map((line, index) => this.#take(line, `res_${idempotencyKey}_${index + 1}`));
    this.#reservations.set(idempotencyKey, made);
    return answer(made);
  }

  #take(line: ReservationLine, reservationId: string): Reservation {
    const previousStock = this.available(line.productId);
    const newStock = previousStock - line.quantity;
    this.#stock.set(line.productId, newStock);
    return { ...line, reservationId, previousStock, newStock };
  }
}
