import type { Subscriber, TaskerEvent } from "tasker";
import type { Alert, Alerts } from "./alerts.ts";
import { failedStepsOf, kindOf, stepFactsOf } from "./event-facts.ts";
import type { Metrics } from "./metrics.ts";

/** Seconds within which a checkout is to be over. */
const SLA_SECONDS = 45;
/** Failed tasks in 100 above which somebody is told. */
const ERROR_RATE_PERCENT = 10;
/** Fewest tasks from which a rate is made. */
const RATE_SAMPLE = 10;

const KINDS = {
  timeout: /time ?out|did not finish/i,
  connection: /connection|network|unavailable/i,
  resource: /memory|resource/i,
  retry_exhausted: /retr/i,
};
const ALERTED: readonly string[] = ["timeout", "connection"];

/** Sums over the tasks of one namespace. */
interface Sums {
  tasks: number;
  failed: number;
  seconds: number;
}

/** Watches how long tasks take, how often they fail, and whether they keep what was promised. */
export class PerformanceSubscriber implements Subscriber {
  static readonly events = [
    "task.start_requested",
    "task.completed",
    "task.failed",
    "step.failed",
    "step.retry_requested",
  ];
  readonly #metrics: Metrics;
  readonly #alerts: Alerts;
  readonly #startedAt = new Map<number, number>();
  readonly #sums = new Map<string, Sums>();

  constructor(metrics: Metrics, alerts: Alerts) {
    this.#metrics = metrics;
    this.#alerts = alerts;
  }

  call(event: TaskerEvent): void {
    const step = event.stepName ?? "unknown";
    if (event.name === "task.start_requested") this.#startedAt.set(event.taskId ?? 0, event.at);
    else if (event.name === "step.retry_requested") this.#metrics.count("step_retries_total", { step });
    else if (event.name === "step.failed") this.#stepFailed(event, step);
    else this.#taskEnded(event);
  }

  #stepFailed(event: TaskerEvent, step: string): void {
    const { error_message: message, retry_available: again } = stepFactsOf(event);
    const type = kindOf(message, KINDS, "application");
    this.#metrics.count("step_failures_total", { step, error_type: type, final_failure: String(!again) });
    if (ALERTED.includes(type)) this.#raise(event, "warning", `${step} failed: ${type}`, { step, message });
  }

  #taskEnded(event: TaskerEvent): void {
    const { namespace, taskName, version } = event;
    const taskId = event.taskId ?? 0;
    const failed = event.name === "task.failed";
    const startedAt = this.#startedAt.get(taskId) ?? event.at;
    this.#startedAt.delete(taskId);
    const seconds = (event.at - startedAt) / 1_000;
    this.#metrics.observe("task_execution_duration_seconds", { task: `${namespace}.${taskName}@${version}` }, seconds);
    if (failed) this.#metrics.count("task_failures_total", { failed_step: failedStepsOf(event)[0] ?? "unknown" });
    this.#judgeSla(event, seconds);
    this.#judgeNamespace(event, seconds, failed);
  }

  #judgeSla(event: TaskerEvent, seconds: number): void {
    const kept = seconds <= SLA_SECONDS;
    this.#metrics.count("sla_compliance_total", { kept: String(kept) });
    if (kept) return;
    const message = `the checkout took ${seconds} s, ${SLA_SECONDS} s were promised`;
    this.#raise(event, "warning", message, { seconds, promised: SLA_SECONDS });
  }

  #judgeNamespace(event: TaskerEvent, seconds: number, failed: boolean): void {
    const namespace = event.namespace ?? "unknown";
    const sums = this.#sums.get(namespace) ?? { tasks: 0, failed: 0, seconds: 0 };
    this.#sums.set(namespace, sums);
    sums.tasks += 1;
    sums.failed += failed ? 1 : 0;
    sums.seconds += seconds;
    const rate = (100 * sums.failed) / sums.tasks;
    this.#metrics.gauge("namespace_avg_execution_seconds", { namespace }, sums.seconds / sums.tasks);
    this.#metrics.gauge("task_error_rate_percent", { namespace }, rate);
    if (failed && sums.tasks >= RATE_SAMPLE && rate > ERROR_RATE_PERCENT) {
      this.#raise(event, "error", `${rate.toFixed(1)} % of the tasks of ${namespace} fail`, { rate });
    }
  }

  #raise({ correlationId }: TaskerEvent, level: Alert["level"], message: string, facts: Alert["facts"]): void {
    this.#alerts.raise({ level, message, correlationId: correlationId ?? "", facts });
  }
}
