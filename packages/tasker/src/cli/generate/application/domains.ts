/** A workflow that an application may have. */
export interface Domain {
  /** What the option and the namespace name it. */
  readonly name: string;
  readonly description: string;
  /** Name of its files: template, handlers, context and test. */
  readonly stem: string;
}

/** The workflows that there are for applications. */
export const DOMAINS = [
  {
    name: "ecommerce",
    description: "fetches a cart, prices it, stores the order and tells the customer",
    stem: "process-order",
  },
  {
    name: "inventory",
    description: "finds what runs low, stores orders to suppliers and tells the buyer",
    stem: "restock-products",
  },
  {
    name: "customer",
    description: "fetches a profile, rates it, opens an account and welcomes the customer",
    stem: "welcome-customer",
  },
] as const satisfies readonly Domain[];

/** Names of the workflows. */
export const DOMAIN_NAMES = DOMAINS.map(({ name }) => name);
