import { type Annotation, type StepDraft, type StepSequence, type TaskDraft, TaskHandler, type TaskView } from "tasker";
import { readOrder } from "../order-context.ts";
import { OrderResult } from "../step-results.ts";

/** What is particular to an order as a whole. */
export class ProcessOrderHandler extends TaskHandler {
  /** An express order fails fast rather than late; the orders of premium customers are marked. */
  override establishStepDependenciesAndDefaults(task: TaskDraft, steps: readonly StepDraft[]): void {
    const order = readOrder(task);
    for (const step of steps) {
      if (order.priority === "express" && step.name === "process_payment") {
        step.timeoutSeconds = 15;
        step.retryLimit = 1;
      }
      if (order.priority === "express" && step.name === "send_confirmation") step.retryLimit = 2;
      if (order.customer_info?.tier === "premium" && step.name === "create_order") step.inputs = { priority: "high" };
    }
  }

  /** The `order` annotation: what the shop's other systems look a finished task up by. */
  override updateAnnotations(_task: TaskView, sequence: StepSequence): readonly Annotation[] {
    // An order resolved by hand has no results of this shape, and nothing to annotate.
    const order = OrderResult.safeParse(sequence.findStepByName("create_order")?.results);
    if (!order.success) return [];
    return [{ type: "order", value: { order_number: order.data.order_number, total: order.data.total_amount } }];
  }
}
