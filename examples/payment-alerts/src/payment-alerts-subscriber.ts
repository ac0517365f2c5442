import { BaseSubscriber, safeGet, type TaskerEvent } from "tasker";

/** Tells people what became of payments, once for each event however often it comes. */
export class PaymentAlertsSubscriber extends BaseSubscriber {
  static override readonly events: readonly string[] = ["payment.*"];

  /** What people were told, newest last. */
  static readonly told: string[] = [];
  readonly #known = new Set<string>();

  handlePaymentCharged(event: TaskerEvent): void {
    this.#tell(event, `order ${safeGet(event, "order")}: ${safeGet(event, "amount")} charged`);
  }

  handlePaymentDelayed(event: TaskerEvent): void {
    this.#tell(event, `order ${safeGet(event, "order")}: not yet, ${safeGet(event, "reason")}`);
  }

  handlePaymentFailed(event: TaskerEvent): void {
    this.#tell(event, `order ${safeGet(event, "order")}: call the customer, ${safeGet(event, "reason")}`);
  }

  #tell({ id }: TaskerEvent, text: string): void {
    if (this.#known.has(id)) return;
    this.#known.add(id);
    PaymentAlertsSubscriber.told.push(text);
    this.resources.log.info({ event_id: id }, text);
  }
}
