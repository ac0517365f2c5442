import type { EngineEvent, Subscriber } from "tasker";
import { glanceAtCheckout } from "../checkout-context.ts";
import type { Alert, Alerts } from "./alerts.ts";
import { failedStepsOf, kindOf, stepFactsOf } from "./event-facts.ts";
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
export class BusinessMetricsSubscriber implements Subscriber<EngineEvent> {
  static readonly events = ["task.completed", "task.failed", "step.completed", "step.failed"];
  readonly #metrics: Metrics;
  readonly #alerts: Alerts;
  /** Message of the last failure of a task that is under way. */
  readonly #failures = new Map<number, string | null>();

  constructor(metrics: Metrics, alerts: Alerts) {
    this.#metrics = metrics;
    this.#alerts = alerts;
  }

  call(event: EngineEvent): void {
    if (event.name === "step.completed") this.#stepCompleted(event);
    else if (event.name === "step.failed") this.#stepFailed(event);
    else if (event.name === "task.completed") this.#taskCompleted(event);
    else if (event.name === "task.failed") this.#taskFailed(event);
  }

  #stepCompleted(event: EngineEvent): void {
    const step = event.stepName ?? "unknown";
    const seconds = stepFactsOf(event).execution_duration;
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

  #stepFailed(event: EngineEvent): void {
    const facts = stepFactsOf(event);
    this.#failures.set(event.taskId, facts.error_message);
    if (event.stepName === "update_inventory" && !facts.retry_available) {
      // Paid for and not reserved: the same piece may be sold to somebody else.
      this.#raise(event, "error", "paid order without reserved stock: risk of overselling", { step: event.stepName });
    }
  }

  #taskCompleted(event: EngineEvent): void {
    this.#failures.delete(event.taskId);
    const value = this.#valueOf(event);
    this.#metrics.count("checkout_conversions_total", {
      tier: glanceAtCheckout(event.task)?.customer_tier ?? "unknown",
    });
    this.#metrics.count("revenue_processed", {}, value);
    if (value > NOTABLE_REVENUE) this.#raise(event, "breadcrumb", `an order of ${value} was completed`, { value });
  }

  #taskFailed(event: EngineEvent): void {
    const message = this.#failures.get(event.taskId) ?? null;
    this.#failures.delete(event.taskId);
    const value = this.#valueOf(event);
    this.#metrics.count("checkout_failures_total", { error_type: kindOf(message, KINDS, "other") });
    this.#metrics.count("revenue_loss", {}, value);
    if (value > NOTABLE_LOSS) {
      const steps = failedStepsOf(event);
      this.#raise(event, "error", `an order of ${value} was lost at ${steps.join(", ")}`, { value, steps, message });
    }
  }

  #valueOf({ task }: EngineEvent): number {
    return glanceAtCheckout(task)?.order_value ?? 0;
  }

  #raise({ task }: EngineEvent, level: Alert["level"], message: string, facts: Alert["facts"]): void {
    this.#alerts.raise({ level, message, correlationId: task.correlationId, facts });
  }
}
