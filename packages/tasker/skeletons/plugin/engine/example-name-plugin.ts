import type { EngineHooks, EnginePlugin } from "tasker";
import { z } from "zod";

/** What the configuration may say of it, in `plugins: { example-name: ... }`. */
const settingsSchema = z.object({
  /** Names and patterns of the events that are counted. */
  events: z.array(z.string().min(1)).min(1).default(["step.failed"]),
});

/** The settings of the plugin, complete. */
export type ExampleNameSettings = z.output<typeof settingsSchema>;

/** Counts events while an engine runs, and writes the counts to its log in the end. */
export class ExampleNamePlugin implements EnginePlugin<ExampleNameSettings> {
  readonly name = "example-name";
  readonly version = "0.1.0";
  readonly settingsSchema = settingsSchema;
  readonly #counts = new Map<string, number>();
  #log: EngineHooks["log"] | null = null;

  /** How many of each event there were. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Called when the engine starts. What it subscribes to by the hooks ends with the engine. */
  setup({ settings, onEvent, log }: EngineHooks<ExampleNameSettings>): void {
    this.#log = log;
    onEvent(settings.events, ({ name }) => {
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    });
  }

  /** Called when the engine has stopped and everything is written. */
  teardown(): void {
    this.#log?.info({ plugin: this.name, counts: Object.fromEntries(this.#counts) }, "events were counted");
  }
}
