/**
 * The method that takes an event, by convention: `handle` and each part of the name with a capital letter. `task.completed` is
 * `handleTaskCompleted`, `step.before_handle` is `handleStepBeforeHandle`, `order.paid` is `handleOrderPaid`.
 */
export function handlerMethodOf(event: string): string {
  const parts = event.split(/[^A-Za-z0-9]+/).filter((part) => part !== "");
  return `handle${parts.map((part) => `${part.charAt(0).toUpperCase()}${part.slice(1)}`).join("")}`;
}
