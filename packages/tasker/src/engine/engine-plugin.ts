import type { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import { parseSection } from "../config/parse-section.ts";
import { mapping } from "../config/rules.ts";
import { ConfigurationError } from "../errors/index.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import { makeSubscribe, type Subscribe, type Unsubscribe } from "../events/bus/subscribe.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { Plugin } from "../registries/plugin.ts";
import type { PluginRegistry } from "../registries/plugin-registry.ts";
import type { Log } from "./options.ts";

/** Of a plugin that takes no settings. */
const NO_SETTINGS = mapping({});

/** What a plugin gets of the engine that it is set up for. */
export interface EngineHooks<Settings = unknown> {
  /** What its `settingsSchema` makes of what the configuration says for it, frozen; an empty object without a schema. */
  readonly settings: Settings;
  readonly registry: HandlerRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** As `engine.on`; ends by itself when the engine has stopped. */
  readonly onEvent: Subscribe;
}

/** A plugin that takes part in an engine's life. `Settings`: what its `settingsSchema` makes. */
export interface EnginePlugin<Settings = unknown> extends Plugin {
  readonly settingsSchema?: z.ZodType<Settings>;
  /** Called when the engine starts, before it claims anything. An error keeps the engine from starting. */
  setup(hooks: EngineHooks<Settings>): void | Promise<void>;
  /** Called when the engine has stopped and everything is written. An error is logged. */
  teardown?(): void | Promise<void>;
}

/** What a {@link PluginHost} is made of. */
export interface PluginHostParts extends Omit<EngineHooks, "onEvent" | "settings"> {
  readonly events: EventBus;
  /** What is said for each plugin, by its name. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The engine's plugins, from its start to its end. */
export class PluginHost {
  readonly #plugins: readonly EnginePlugin[];
  readonly #hooks: Omit<EngineHooks, "settings">;
  readonly #settings: ReadonlyMap<string, unknown>;
  readonly #running: EnginePlugin[] = [];
  readonly #subscriptions: Unsubscribe[] = [];

  /** @throws ConfigurationError that lists what is wrong with the settings of a plugin */
  constructor(registry: PluginRegistry | undefined, { events, settings, ...hooks }: PluginHostParts) {
    const plugins = registry?.allPlugins().map(({ plugin }) => plugin) ?? [];
    this.#plugins = plugins.filter(isEnginePlugin);
    const onEvent = makeSubscribe((pattern, listener, options) => {
      const end = events.subscribe(pattern, listener, options);
      this.#subscriptions.push(end);
      return end;
    });
    this.#hooks = { ...hooks, onEvent };
    this.#settings = new Map(
      this.#plugins.map(({ name, settingsSchema = NO_SETTINGS }) => [
        name,
        parseSection(`plugins.${name}`, settingsSchema, settings[name]),
      ]),
    );
  }

  /**
   * Sets the plugins up, one after the other.
   * @throws ConfigurationError that names the plugin which failed; those before it are torn down again
   */
  async start(): Promise<void> {
    for (const plugin of this.#plugins) {
      try {
        await plugin.setup({ ...this.#hooks, settings: this.#settings.get(plugin.name) });
        this.#running.push(plugin);
      } catch (cause) {
        await this.stop();
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new ConfigurationError(`the plugin ${plugin.name} could not be set up: ${reason}`, {
          context: { option: "plugins", value: plugin.name, expected: "a plugin that can be set up" },
          cause,
        });
      }
    }
  }

  /** Tears the plugins down, the last one first. */
  async stop(): Promise<void> {
    for (const plugin of this.#running.splice(0).reverse()) {
      try {
        await plugin.teardown?.();
      } catch (error) {
        this.#hooks.log.error({ err: error, plugin: plugin.name }, "a plugin could not be torn down");
      }
    }
    for (const end of this.#subscriptions.splice(0)) end();
  }
}

function isEnginePlugin(plugin: Plugin): plugin is EnginePlugin {
  return "setup" in plugin && typeof plugin.setup === "function";
}
