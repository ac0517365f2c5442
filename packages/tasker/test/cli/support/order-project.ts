import { WorkDirectory } from "./work-directory.ts";

/** A diamond whose second branch fails as often as the context says. */
const TEMPLATE = `
name: order
namespace_name: shop
version: 1.2.0
task_handler_class: Order
schema:
  type: object
  required: [amount]
  properties:
    amount: { type: number }
    failures: { type: integer }
    hold: { type: boolean }
step_templates:
  - name: check
    handler_class: Check
  - name: reserve
    depends_on_step: check
    handler_class: Reserve
  - name: charge
    depends_on_step: check
    handler_class: Charge
    default_retry_limit: 2
  - name: confirm
    depends_on_steps: [reserve, charge]
    handler_class: Confirm
`;

/** Plain functions, so that the module needs nothing. \`hold\` keeps a step running until it is told to stop. */
const HANDLERS = `
export const Check = (task) => ({ amount: task.context.amount });
export const Reserve = (task, sequence, step) =>
  task.context.hold !== true ? { reserved: true } : new Promise((resolve, reject) => {
    step.signal.addEventListener("abort", () => reject(step.signal.reason));
  });
export function Charge(task, sequence, step) {
  if (step.attempt <= (task.context.failures ?? 0)) {
    const error = new Error("card gateway is busy");
    throw error;
  }
  return { charged: sequence.resultsOf("check").amount };
}
export const Confirm = (task, sequence) => ({ confirmed: sequence.resultsOf("charge").charged });
`;

/** A directory with the template order.yaml and its handlers order.js, and whatever else is given. */
export function createOrderProject(files: Readonly<Record<string, string>> = {}): WorkDirectory {
  return new WorkDirectory({
    "package.json": '{ "type": "module" }',
    "order.yaml": TEMPLATE,
    "order.js": HANDLERS,
    ...files,
  });
}
