import type { Subscriber, TaskerEvent } from "tasker";
import type { Alert, Alerts } from "./alerts.ts";
import { failedStepsOf, kindOf, type OrderFacts, orderFactsOf, stepFactsOf } from "./event-facts.ts";
import type { Metrics } from "./metrics.ts";

/** Seconds that a step may take before it counts as a bottleneck. */
const BOTTLENECK_SECONDS: Readonly<Record<string, number>> = {
  validate_cart: 2,
  process_payment: 5,
  update_inventory: 3,
  create_order: 2,
  send_confirmation: 4,
};
const DEFAULT_BOTTLENECK_SECONDS = 5;

/** Dollars of an order that is worth a note, and of one whose loss is worth an alarm. */
const NOTABLE_REVENUE = 1_000;
const NOTABLE_LOSS = 500;

const KINDS = {
  timeout: /time ?out|did not finish/i,
  connection: /connection|network|unavailable/i,
  validation: /validat|invalid/i,
  payment: /payment|card/i,
  inventory: /inventory|stock/i,
};

/** Counts what the business asks for: conversions, revenue, payments, and what was lost on the way. */
export class BusinessMetricsSubscriber implements Subscriber {
  static readonly events = ["checkout.begun", "task.completed", "task.failed", "step.completed", "step.failed"];
  readonly #metrics: Metrics;
  readonly #alerts: Alerts;
  /** Message of the last failure of a task that is under way. */
  readonly #failures = new Map<number, string | null>();
  /** What is known of tasks that are under way. */
  readonly #orders = new Map<number, OrderFacts>();

  constructor(metrics: Metrics, alerts: Alerts) {
    this.#metrics = metrics;
    this.#alerts = alerts;
  }

  call(event: TaskerEvent): void {
    if (event.name === "checkout.begun") this.#orders.set(event.taskId ?? 0, orderFactsOf(event));
    else if (event.name === "step.completed") this.#stepCompleted(event);
    else if (event.name === "step.failed") this.#stepFailed(event);
    else if (event.name === "task.completed") this.#taskCompleted(event);
    else if (event.name === "task.failed") this.#taskFailed(event);
  }

  #stepCompleted(event: TaskerEvent): void {
    const step = event.stepName ?? "unknown";
    const seconds = stepFactsOf(event).execution_duration ?? 0;
    this.#metrics.observe("step_execution_duration_seconds", { step }, seconds);
    if (step === "process_payment") {
      this.#metrics.count("payments_processed_total");
      this.#metrics.count("payment_volume", {}, this.#valueOf(event));
      this.#metrics.observe("payment_processing_duration_seconds", {}, seconds);
    }
    const threshold = BOTTLENECK_SECONDS[step] ?? DEFAULT_BOTTLENECK_SECONDS;
    if (seconds > threshold) {
      this.#raise(event, "warning", `${step} took ${seconds} s, more than ${threshold} s`, {
        step,
        seconds,
        threshold,
      });
    }
  }

  #stepFailed(event: TaskerEvent): void {
    const facts = stepFactsOf(event);
    this.#failures.set(event.taskId ?? 0, facts.error_message);
    if (event.stepName === "update_inventory" && !facts.retry_available) {
      // Paid for and not reserved: the same piece may be sold to somebody else.
      this.#raise(event, "error", "paid order without reserved stock: risk of overselling", { step: event.stepName });
    }
  }

  #taskCompleted(event: TaskerEvent): void {
    const { value, tier } = this.#forget(event);
    this.#metrics.count("checkout_conversions_total", { tier });
    this.#metrics.count("revenue_processed", {}, value);
    if (value > NOTABLE_REVENUE) this.#raise(event, "breadcrumb", `an order of ${value} was completed`, { value });
  }

  #taskFailed(event: TaskerEvent): void {
    const { value, message } = this.#forget(event);
    this.#metrics.count("checkout_failures_total", { error_type: kindOf(message, KINDS, "other") });
    this.#metrics.count("revenue_loss", {}, value);
    if (value > NOTABLE_LOSS) {
      const steps = failedStepsOf(event);
      this.#raise(event, "error", `an order of ${value} was lost at ${steps.join(", ")}`, { value, steps, message });
    }
  }

  #valueOf({ taskId }: TaskerEvent): number {
    return this.#orders.get(taskId ?? 0)?.order_value ?? 0;
  }

  /** What is known of a task that has ended. */
  #forget({ taskId }: TaskerEvent) {
    const key = taskId ?? 0;
    const order = this.#orders.get(key);
    const message = this.#failures.get(key) ?? null;
    this.#orders.delete(key);
    this.#failures.delete(key);
    return { value: order?.order_value ?? 0, tier: order?.customer_tier ?? "unknown", message };
  }

  #raise({ correlationId }: TaskerEvent, level: Alert["level"], message: string, facts: Alert["facts"]): void {
    this.#alerts.raise({ level, message, correlationId: correlationId ?? "", facts });
  }
}
