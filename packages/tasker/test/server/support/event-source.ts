import { onTestFinished } from "vitest";
import { z } from "zod";
import { until } from "../../support/engine-harness.ts";

/** What a stream told, as a browser would see it. */
export interface Told {
  /** `message`, or what the stream calls it. */
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** The last id when it was told. */
  readonly lastId: string;
}

const Data = z.record(z.string(), z.unknown());

function nameOf({ name, step_name: step }: Told["data"]): string {
  return step === null ? String(name) : `${name} ${step}`;
}

/** A client of server-sent events, as the standard has it. */
export class TestEventSource {
  readonly told: Told[] = [];
  /** Comments, and ids without data. */
  beats = 0;
  lastId = "";
  retryMs: number | null = null;
  readonly response: Response;
  /** Resolves when the stream has ended, however that was. */
  readonly ended: Promise<void>;
  readonly #abort: AbortController;
  #hasEnded = false;

  private constructor(response: Response, abort: AbortController) {
    this.response = response;
    this.#abort = abort;
    this.ended = this.#read().catch(() => undefined);
    void this.ended.then(() => {
      this.#hasEnded = true;
    });
  }

  static async open(url: string, { after, token }: { after?: string; token?: string } = {}): Promise<TestEventSource> {
    const abort = new AbortController();
    onTestFinished(() => abort.abort());
    const headers: Record<string, string> = {
      accept: "text/event-stream",
      ...(after === undefined ? {} : { "last-event-id": after }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const response = await fetch(url, { headers, signal: abort.signal });
    const source = new TestEventSource(response, abort);
    if (response.ok) await until(() => source.told.length > 0 || source.#hasEnded, "the first message");
    return source;
  }

  /** Names and steps of the events that it was told. */
  get names(): string[] {
    return this.events.map(nameOf);
  }

  namesOf(taskId: number): string[] {
    return this.events.filter((event) => event.task_id === taskId).map(nameOf);
  }

  get events(): Readonly<Record<string, unknown>>[] {
    return this.told.filter(({ type }) => type === "message").map(({ data }) => data);
  }

  /** Loses the connection. */
  close(): void {
    this.#abort.abort();
  }

  async #read(): Promise<void> {
    if (!this.response.ok || this.response.body === null) return;
    let text = "";
    for await (const part of this.response.body.pipeThrough(new TextDecoderStream())) {
      text += part;
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    let type = "message";
    let data: string | null = null;
    for (const line of block.split("\n")) {
      const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (field === "id") this.lastId = value;
      else if (field === "event") type = value;
      else if (field === "data") data = value;
      else if (field === "retry") this.retryMs = Number(value);
    }
    if (data === null) this.beats += 1;
    else this.told.push({ type, data: Data.parse(JSON.parse(data)), lastId: this.lastId });
  }
}
