import {
  PermanentError,
  RetryableError,
  type StepExecution,
  StepHandler,
  type StepSequence,
  type TaskView,
} from "tasker";

/** What a payment is asked for with. */
interface PaymentContext {
  readonly order: number;
  readonly amount: number;
  readonly card: string;
}

/** Looks whether there is something to pay. */
export class CheckOrder extends StepHandler {
  process(task: TaskView<PaymentContext>) {
    return { order: task.context.order };
  }
}

/** Stands for a gateway that is busy at the first attempt, and that declines the card `stolen`. */
export class ChargeCard extends StepHandler {
  process(task: TaskView<PaymentContext>, _sequence: StepSequence, step: StepExecution) {
    const { order, amount, card } = task.context;
    if (step.attempt === 1) throw new RetryableError("the gateway is busy", { retryAfter: 1, errorCode: "BUSY" });
    if (card === "stolen") throw new PermanentError("the card was declined", { errorCode: "DECLINED" });
    step.publishEvent("payment.charged", { order, amount });
    return { charged: amount };
  }
}
