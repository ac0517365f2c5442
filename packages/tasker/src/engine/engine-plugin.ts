import type { Clock } from "../clock/clock.ts";
import { ConfigurationError } from "../errors/index.ts";
import type { EventBus } from "../events/bus/event-bus.ts";
import { makeSubscribe, type Subscribe, type Unsubscribe } from "../events/bus/subscribe.ts";
import type { HandlerRegistry } from "../handlers/registry.ts";
import type { Plugin } from "../registries/plugin.ts";
import type { PluginRegistry } from "../registries/plugin-registry.ts";
import type { Log } from "./options.ts";

/** What a plugin gets of the engine that it is set up for. */
export interface EngineHooks {
  readonly registry: HandlerRegistry;
  readonly clock: Clock;
  readonly log: Log;
  /** As `engine.on`; ends by itself when the engine has stopped. */
  readonly onEvent: Subscribe;
}

/** A plugin that takes part in an engine's life. */
export interface EnginePlugin extends Plugin {
  /** Called when the engine starts, before it claims anything. An error keeps the engine from starting. */
  setup(hooks: EngineHooks): void | Promise<void>;
  /** Called when the engine has stopped and everything is written. An error is logged. */
  teardown?(): void | Promise<void>;
}

/** What a {@link PluginHost} is made of. */
export interface PluginHostParts extends Omit<EngineHooks, "onEvent"> {
  readonly events: EventBus;
}

/** The engine's plugins, from its start to its end. */
export class PluginHost {
  readonly #plugins: readonly EnginePlugin[];
  readonly #hooks: EngineHooks;
  readonly #running: EnginePlugin[] = [];
  readonly #subscriptions: Unsubscribe[] = [];

  constructor(registry: PluginRegistry | undefined, { events, ...hooks }: PluginHostParts) {
    const plugins = registry?.allPlugins().map(({ plugin }) => plugin) ?? [];
    this.#plugins = plugins.filter(isEnginePlugin);
    const onEvent = makeSubscribe((pattern, listener, options) => {
      const end = events.subscribe(pattern, listener, options);
      this.#subscriptions.push(end);
      return end;
    });
    this.#hooks = { ...hooks, onEvent };
  }

  /**
   * Sets the plugins up, one after the other.
   * @throws ConfigurationError that names the plugin which failed; those before it are torn down again
   */
  async start(): Promise<void> {
    for (const plugin of this.#plugins) {
      try {
        await plugin.setup(this.#hooks);
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
