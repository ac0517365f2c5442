import { withCorrelationId } from "../correlation/current-correlation.ts";
import { EventBus } from "../events/bus/event-bus.ts";
import { maskEvents } from "../events/bus/mask.ts";
import type { EngineOptions } from "./options.ts";

/**
 * The bus of an engine that is not given one: by its clock, with its log told what listeners throw, and with listeners that have a
 * queue called under the correlation id of their event. For those without one that would cost every event of every task.
 */
export function createEventBus({
  clock,
  log,
  maskedEventKeys,
}: Pick<EngineOptions, "clock" | "log" | "maskedEventKeys">): EventBus {
  return new EventBus({
    ...(clock === undefined ? {} : { clock }),
    ...(maskedEventKeys === undefined ? {} : { mask: maskEvents(maskedEventKeys) }),
    inContext: ({ correlationId }, call) => (correlationId === null ? call() : withCorrelationId(correlationId, call)),
    onListenerError: (error, subscription) => log?.error({ err: error, subscription }, "a listener threw"),
  });
}
