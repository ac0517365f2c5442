import { z } from "zod";
import { defineEvents } from "./event-definition.ts";
import { flag, text } from "./payload-parts.ts";

const ON_REQUEST = { durability: "on_request" } as const;
const entry = {
  registry_name: text("registry that it is about", "handler_registry"),
  entity_type: z
    .enum(["handler", "plugin", "subscriber"])
    .meta({ description: "what it holds", examples: ["handler"] }),
  entity_id: text(
    "the entry: namespace.name@version of a template, name of a plugin or subscriber",
    "shop.order@1.0.0",
  ),
  entity_class: text("class or function behind it", "OrderHandler"),
};
const figures = z.record(z.string(), z.json());
/** Figures of a registry, or options of an entry: an object of JSON. */
export type Figures = z.infer<typeof figures>;

const registered = z.strictObject({
  ...entry,
  options: z
    .record(z.string(), z.json())
    .meta({ description: "what was given with it", examples: [{ replace: true }] }),
});
const unregistered = z.strictObject(entry);
const refused = z.strictObject({ ...entry, validation_error: text("what was wrong", "process is missing") });
const report = {
  registry_name: entry.registry_name,
  stats: figures.meta({ description: "its figures", examples: [{ total_handlers: 4 }] }),
};

/** Events of registries of handlers, plugins and subscribers. */
export const REGISTRY_EVENTS = defineEvents(
  { constant: "REGISTRY_EVENTS", category: "registry" },
  {
    HANDLER_REGISTERED: {
      ...ON_REQUEST,
      name: "handler.registered",
      description: "A template with its handlers was registered.",
      firedWhen: "after it was added to a HandlerRegistry",
      payload: registered,
    },
    HANDLER_UNREGISTERED: {
      ...ON_REQUEST,
      name: "handler.unregistered",
      description: "A template was removed.",
      firedWhen: "after it was removed from a HandlerRegistry",
      payload: unregistered,
    },
    HANDLER_VALIDATION_FAILED: {
      ...ON_REQUEST,
      name: "handler.validation_failed",
      description: "A template was refused.",
      firedWhen: "when a HandlerRegistry does not take it, before that is thrown",
      payload: refused,
    },
    PLUGIN_REGISTERED: {
      ...ON_REQUEST,
      name: "plugin.registered",
      description: "A plugin was registered.",
      firedWhen: "after it was added to a PluginRegistry",
      payload: registered,
    },
    PLUGIN_UNREGISTERED: {
      ...ON_REQUEST,
      name: "plugin.unregistered",
      description: "A plugin was removed.",
      firedWhen: "after it was removed from a PluginRegistry",
      payload: unregistered,
    },
    PLUGIN_VALIDATION_FAILED: {
      ...ON_REQUEST,
      name: "plugin.validation_failed",
      description: "A plugin was refused.",
      firedWhen: "when a PluginRegistry does not take it, before that is thrown",
      payload: refused,
    },
    SUBSCRIBER_REGISTERED: {
      ...ON_REQUEST,
      name: "subscriber.registered",
      description: "A subscriber was registered and is subscribed.",
      firedWhen: "after it was added to a SubscriberRegistry",
      payload: registered,
    },
    SUBSCRIBER_UNREGISTERED: {
      ...ON_REQUEST,
      name: "subscriber.unregistered",
      description: "A subscriber was removed and is subscribed no more.",
      firedWhen: "after it was removed from a SubscriberRegistry",
      payload: unregistered,
    },
    SUBSCRIBER_VALIDATION_FAILED: {
      ...ON_REQUEST,
      name: "subscriber.validation_failed",
      description: "A subscriber was refused.",
      firedWhen: "when a SubscriberRegistry does not take it, before that is thrown",
      payload: refused,
    },
    REGISTRY_HEALTH_CHECK: {
      ...ON_REQUEST,
      name: "registry.health_check",
      description: "Somebody has asked a registry for its health.",
      firedWhen: "after healthCheck() of a registry, once",
      payload: z.strictObject({ ...report, healthy: flag("whether it can give its figures", true) }),
    },
    REGISTRY_STATS_COLLECTED: {
      ...ON_REQUEST,
      name: "registry.stats_collected",
      description: "Somebody has collected the figures of a registry.",
      firedWhen: "after collectStats() of a registry, once",
      payload: z.strictObject(report),
    },
  },
);
