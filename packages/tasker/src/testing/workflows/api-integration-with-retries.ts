import { RetryableError } from "../../errors/index.ts";
import { failsTimes, timesOut } from "../handlers/failing-handlers.ts";
import { recordCalls } from "../handlers/recorded-handler.ts";
import { apiIntegrationWorkflow } from "../shapes/row-driven-shapes.ts";
import { type BoundShape, bindShape } from "../shapes/shape.ts";

/** How the remote systems of {@link apiIntegrationWithRetries} behave before they answer. */
export interface ApiTroubles {
  /** Time-outs of the cart service. Default: 1. */
  readonly timeouts?: number;
  /** Refusals of the product service for too many requests. Default: 1. */
  readonly refusals?: number;
  /** Seconds that a refusal asks to wait. Default: 30. */
  readonly retryAfter?: number;
  /** Failures of the order service. Default: 1. */
  readonly failures?: number;
}

/**
 * The shape {@link apiIntegrationWorkflow} with remote systems that time out, limit the rate and fail before they answer.
 * With up to two troubles a system the task completes.
 */
export function apiIntegrationWithRetries(troubles: ApiTroubles = {}): BoundShape {
  const { timeouts = 1, refusals = 1, retryAfter = 30, failures = 1 } = troubles;
  return bindShape(apiIntegrationWorkflow(), {
    fetch_cart: timesOut(timeouts, { work: (_execution, _step, task) => ({ cart: task.context.cart_id ?? null }) }),
    fetch_products: recordCalls((execution) => {
      if (execution <= refusals) throw new RetryableError("too many requests", { retryAfter });
      return { products: [1, 2, 3] };
    }),
    create_order: failsTimes(failures, (_execution, step) => ({ order: step.stepId })),
  });
}
