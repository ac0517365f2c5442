import { EventBus } from "../events/bus/event-bus.ts";
import { maskEvents } from "../events/bus/mask.ts";
import type { EngineOptions } from "./options.ts";

/** The bus of an engine that is not given one: by its clock, and with its log told what listeners throw. */
export function createEventBus({ clock, log, maskedEventKeys }: EngineOptions): EventBus {
  return new EventBus({
    ...(clock === undefined ? {} : { clock }),
    ...(maskedEventKeys === undefined ? {} : { mask: maskEvents(maskedEventKeys) }),
    onListenerError: (error, subscription) => log?.error({ err: error, subscription }, "a listener threw"),
  });
}
