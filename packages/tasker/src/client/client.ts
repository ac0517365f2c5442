import type { z } from "zod";
import type { Route } from "../api/route.ts";
import { RequestFailedError } from "./request-failed-error.ts";
import { ServerUnreachableError } from "./server-unreachable-error.ts";

/** Sends a request, as `fetch` does. */
export type Fetch = (request: Request) => Promise<Response>;

/** Options of {@link Client}. */
export interface ClientOptions {
  /** Where the server is, such as `http://127.0.0.1:8377`. */
  readonly baseUrl: string;
  /** API token or JWT. Default: none. */
  readonly token?: string;
  /** Sent with each request. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch;
}

/** What a call of a route is given; what the route does not take is left out. */
export interface CallInput<Known extends Route> {
  readonly params?: z.input<Known["params"]>;
  readonly query?: z.input<Known["query"]>;
  readonly body?: z.input<Known["body"]>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Calls the routes of a server. */
export class Client {
  readonly #options: ClientOptions;
  readonly #fetch: Fetch;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? ((request) => fetch(request));
  }

  /**
   * Calls a route.
   * @returns its answer, checked against its schema
   * @throws RequestFailedError for an answer that is an error, or none of a server of this version
   * @throws ServerUnreachableError
   */
  async call<Known extends Route>(route: Known, input: CallInput<Known> = {}): Promise<z.output<Known["answer"]>> {
    const { status, text } = await this.#answerOf(route, input);
    try {
      return checked<Known["answer"]>(route.answer, route.answerType === "application/json" ? JSON.parse(text) : text);
    } catch (cause) {
      throw new RequestFailedError(
        `what ${route.method} ${route.path} answered is not what this version knows: the server is of another one`,
        status,
        {
          cause,
        },
      );
    }
  }

  /**
   * Calls a route for another form of its answer, such as a page or a table, and gives that as text.
   * @throws RequestFailedError, ServerUnreachableError
   */
  async callText<Known extends Route>(route: Known, input: CallInput<Known> = {}): Promise<string> {
    return (await this.#answerOf(route, input)).text;
  }

  async #answerOf<Known extends Route>(route: Known, input: CallInput<Known>) {
    const response = await this.send(route, input);
    const text = await response.text();
    const { status } = response;
    if (!route.statuses.includes(status)) throw RequestFailedError.of(response, text);
    return { status, text };
  }

  /** Calls a route and gives the response as it comes, for streams. @throws ServerUnreachableError */
  async send<Known extends Route>(route: Known, input: CallInput<Known> = {}): Promise<Response> {
    const { baseUrl, token, headers } = this.#options;
    const request = new Request(`${baseUrl.replace(/\/+$/, "")}${pathOf(route, input.params)}${queryOf(input.query)}`, {
      method: route.method,
      headers: {
        accept: `${route.answerType}, application/problem+json`,
        ...(input.body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
        ...input.headers,
      },
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
      ...(input.signal === undefined ? {} : { signal: input.signal }),
    });
    try {
      return await this.#fetch(request);
    } catch (error) {
      if (input.signal?.aborted === true) throw error;
      throw ServerUnreachableError.of(baseUrl, error);
    }
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  return schema.parse(value);
}

function pathOf({ path }: Route, params: unknown): string {
  const values = new Map<string, unknown>(Object.entries(params ?? {}));
  return path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(values.get(name))));
}

function queryOf(query: unknown): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) search.append(name, String(item));
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
