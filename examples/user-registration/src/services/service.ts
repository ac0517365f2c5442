import type { JsonObject } from "tasker";

/** A request as a service gets it. */
export interface ServiceRequest {
  readonly method: string;
  /** Segments of the path behind the service's own: `["profiles"]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: JsonObject;
}

/** What a service answers. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One of the services behind the workflow. */
export interface Service {
  answer(request: ServiceRequest): ServiceAnswer;
}

/** Keeps records by a key, each once, with an id of its own. */
export class Records<Row extends JsonObject> {
  readonly #prefix: string;
  readonly #rows = new Map<string, Row & { readonly id: string }>();

  /** @param prefix what the ids begin with */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** All records, oldest first. */
  get all(): readonly (Row & { readonly id: string })[] {
    return [...this.#rows.values()];
  }

  get(key: string): (Row & { readonly id: string }) | undefined {
    return this.#rows.get(key);
  }

  /** Adds or replaces. */
  put(key: string, row: Row): Row & { readonly id: string } {
    const id = this.#rows.get(key)?.id ?? `${this.#prefix}_${this.#rows.size + 1}`;
    const kept = { ...row, id };
    this.#rows.set(key, kept);
    return kept;
  }
}
