const SEED = 0x811c9dc5;

/**
 * Which events came, those of a task in which order: two of these with one mark are the same, nearly always. In which order events of
 * different tasks come is nobody's concern.
 */
export class EventSequences {
  readonly #ofTasks: Map<string, number> | null;
  #count = 0;
  #sum = 0;

  /** @param hasOrder false: there is one event of each task */
  constructor(hasOrder: boolean) {
    this.#ofTasks = hasOrder ? new Map() : null;
  }

  add(message: string, id: string): void {
    const task = this.#ofTasks === null ? "" : (/"task_id":(\d+)/.exec(message)?.[1] ?? "");
    const before = this.#ofTasks?.get(task);
    let hash = before ?? SEED;
    for (let place = 0; place < id.length; place++) hash = Math.imul(hash ^ id.charCodeAt(place), 0x01000193);
    this.#ofTasks?.set(task, hash);
    this.#count += 1;
    this.#sum = (this.#sum + hash - (before ?? 0)) | 0;
  }

  get count(): number {
    return this.#count;
  }

  /** The same for the same events in the same order. */
  get mark(): string {
    return `${this.#count}:${(this.#sum >>> 0).toString(16)}`;
  }
}

/** What a client of a path counts by. */
export function sequencesOf(path: string): EventSequences {
  return new EventSequences(!path.includes("name="));
}

const DATA = 'data: {"id":"';

/** Takes a stream of server-sent events apart. What it makes of a text is called for each event that has its end in it. */
export class EventReader {
  readonly #onEvent: (message: string) => void;
  #rest = "";

  /** @param onEvent told each message, with whatever the transport has put before it */
  constructor(onEvent: (message: string) => void) {
    this.#onEvent = onEvent;
  }

  read(text: string): void {
    const all = this.#rest === "" ? text : this.#rest + text;
    let from = 0;
    for (let end = all.indexOf("\n\n"); end !== -1; end = all.indexOf("\n\n", from)) {
      this.#onEvent(all.slice(from, end));
      from = end + 2;
    }
    this.#rest = all.slice(from);
  }
}

/** The id of the event that a message tells; null: it is about the stream. */
export function idOf(message: string): string | null {
  const at = message.indexOf(DATA);
  return at === -1 ? null : message.slice(at + DATA.length, message.indexOf('"', at + DATA.length));
}
