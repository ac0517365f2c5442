import type { EngineHooks, EnginePlugin, EventPattern } from "tasker";

/** What the plugin is made with. */
export interface ExampleNameSettings {
  /** Names and patterns of the events that are counted. Default: `step.failed`. */
  readonly events?: EventPattern;
}

/** Counts events while an engine runs, and writes the counts to its log in the end. */
export class ExampleNamePlugin implements EnginePlugin {
  readonly name = "example-name";
  readonly version = "0.1.0";
  readonly #events: EventPattern;
  readonly #counts = new Map<string, number>();
  #log: EngineHooks["log"] | null = null;

  constructor(settings: ExampleNameSettings = {}) {
    this.#events = settings.events ?? "step.failed";
  }

  /** How many of each event there were. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Called when the engine starts. What it subscribes to by the hooks ends with the engine. */
  setup({ onEvent, log }: EngineHooks): void {
    this.#log = log;
    onEvent(this.#events, ({ name }) => {
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    });
  }

  /** Called when the engine has stopped and everything is written. */
  teardown(): void {
    this.#log?.info({ plugin: this.name, counts: Object.fromEntries(this.#counts) }, "events were counted");
  }
}
