/** Something that somebody should see. */
export interface Alert {
  /** `breadcrumb`: only of interest when something else goes wrong. */
  readonly level: "breadcrumb" | "warning" | "error";
  readonly message: string;
  readonly correlationId: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Alerts in memory: a stand-in for the error tracker of the house. */
export class Alerts {
  readonly #raised: Alert[] = [];

  /** Every alert, oldest first. */
  get raised(): readonly Alert[] {
    return this.#raised;
  }

  raise(alert: Alert): void {
    this.#raised.push(alert);
  }
}
