import type { DurableSubscription } from "./subscriber-options.ts";

/** The durable subscriptions that a module exports, under whatever names: objects with a name and a handler. */
export function findSubscriptions(module: Readonly<Record<string, unknown>>): readonly DurableSubscription[] {
  return Object.values(module).filter(isSubscription);
}

function isSubscription(value: unknown): value is DurableSubscription {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    typeof value.name === "string" &&
    (("handle" in value && typeof value.handle === "function") ||
      ("handleBatch" in value && typeof value.handleBatch === "function"))
  );
}
