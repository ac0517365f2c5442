import type { Cents } from "../money.ts";

/** Something the shop sells. */
export interface Product {
  readonly id: number;
  readonly name: string;
  readonly priceCents: Cents;
  /** False: no longer sold. */
  readonly active: boolean;
}

/** The shop's products, by id. */
export class Catalogue {
  readonly #products: ReadonlyMap<number, Product>;

  constructor(products: readonly Product[]) {
    this.#products = new Map(products.map((product) => [product.id, product]));
  }

  /** The product with this id, or null. */
  find(id: number): Product | null {
    return this.#products.get(id) ?? null;
  }
}
