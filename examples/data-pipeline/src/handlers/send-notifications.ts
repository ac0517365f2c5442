import { readResults, storeResults, valueOrThrow } from "@example/simulation";
import {
  type JsonObject,
  PermanentError,
  type StepExecution,
  StepHandler,
  type StepSequence,
  type TaskView,
} from "tasker";
import { readContext } from "../analytics-context.ts";
import type { AnalyticsServices } from "../services/analytics-services.ts";
import type { Delivery } from "../services/notifier.ts";
import { DashboardResult, InsightsResult, NotificationsResult } from "../step-results.ts";
import { CallConfig } from "./call-config.ts";

const RATE_LIMIT_WAIT_SECONDS = 60;

interface Sent {
  readonly deliveries: readonly Delivery[];
  readonly summary: string;
}

/** Tells each channel that the report is there, once, however many attempts that takes. */
export class SendNotificationsHandler extends StepHandler<CallConfig> {
  readonly #notifier: AnalyticsServices["notifier"];

  constructor(config: JsonObject | null, { notifier }: Pick<AnalyticsServices, "notifier">) {
    super(CallConfig.parse(config ?? {}));
    this.#notifier = notifier;
  }

  override async process(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<Sent> {
    const channels = [...new Set(readContext(task).notification_channels)];
    if (channels.length === 0) {
      throw new PermanentError("notification_channels is empty", { errorCode: "MISSING_NOTIFICATION_CHANNELS" });
    }
    const summary = summarize(sequence);
    const deliveries: Delivery[] = [];
    for (const channel of channels) {
      // The step's id, not the attempt's: a channel that has its message does not get another one.
      const key = `step-${step.stepId}${channel}`;
      deliveries.push(
        valueOrThrow(await this.#notifier.post(key, channel, summary, this.config.call_timeout_seconds), {
          what: `${channel} not notified`,
          permanent: { invalid_channel: "INVALID_NOTIFICATION_CHANNELS" },
          rateLimitSeconds: RATE_LIMIT_WAIT_SECONDS,
        }),
      );
    }
    return { deliveries, summary };
  }

  override processResults(step: StepExecution, { deliveries, summary }: Sent): void {
    storeResults(step, NotificationsResult, () => ({
      deliveries: deliveries.map(({ channel, messageId }) => ({ channel, message_id: messageId })),
      summary,
    }));
  }
}

function summarize(sequence: StepSequence): string {
  const { dashboard_id } = readResults(sequence, "update_dashboard", DashboardResult, "MISSING_DASHBOARD_DATA");
  const { top_customers, top_products } = readResults(
    sequence,
    "generate_insights",
    InsightsResult,
    "MISSING_INSIGHTS_DATA",
  );
  const [customer] = top_customers;
  const [product] = top_products;
  return `${dashboard_id} is there. Best customer: ${customer?.name ?? "none"}; best product: ${product?.name ?? "none"}.`;
}
