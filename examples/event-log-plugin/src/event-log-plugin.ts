import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { EngineHooks, EnginePlugin, ExportPlugin } from "tasker";

/** One event, as it is written. */
interface LoggedEvent {
  readonly at: string;
  readonly name: string;
  readonly task: number | null;
  readonly step: string | null;
}

const COLUMNS = ["at", "name", "task", "step"] as const;

/**
 * Writes every event that an engine publishes as one line of JSON to a file, and exports what it has seen as `jsonl` or `csv`.
 * The file is that of the environment variable `EVENT_LOG`, or `events.jsonl`.
 */
export class EventLogPlugin implements EnginePlugin, ExportPlugin {
  readonly name = "event-log";
  readonly version = "1.0.0";
  readonly supportedFormats = ["jsonl", "csv"];
  /** What was seen since the engine started, oldest first. */
  readonly events: LoggedEvent[] = [];
  readonly #path: string;
  #file: WriteStream | null = null;

  constructor(path: string = process.env.EVENT_LOG ?? "events.jsonl") {
    this.#path = path;
  }

  async setup({ onEvent, log }: EngineHooks): Promise<void> {
    const file = createWriteStream(this.#path, { flags: "a" });
    // The engine does not start if the file cannot be written.
    await once(file, "open");
    file.on("error", (error) => log.error({ err: error, path: this.#path }, "the event log cannot be written"));
    this.#file = file;
    onEvent(({ at, name, taskId, stepName }) => this.#add({ at: iso(at), name, task: taskId, step: stepName }));
  }

  async teardown(): Promise<void> {
    this.#file?.end();
    if (this.#file !== null) await finished(this.#file);
  }

  supportsFormat(format: string): boolean {
    return this.supportedFormats.includes(format.toLowerCase());
  }

  /** @param data events such as `plugin.events` */
  export(data: readonly LoggedEvent[], { format = "jsonl" }: { readonly format?: string } = {}): string {
    const lines = format.toLowerCase() === "csv" ? [COLUMNS.join(","), ...data.map(toCsv)] : data.map(toJson);
    return lines.map((line) => `${line}\n`).join("");
  }

  #add(event: LoggedEvent): void {
    this.events.push(event);
    this.#file?.write(`${toJson(event)}\n`);
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
const toJson = (event: LoggedEvent) => JSON.stringify(event);
const toCsv = (event: LoggedEvent) => COLUMNS.map((column) => quote(String(event[column] ?? ""))).join(",");
const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
