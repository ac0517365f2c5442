import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JsonObject } from "tasker";
import type { Service, ServiceAnswer } from "./service.ts";
import { BillingService, NotificationService, PreferencesService, UserService } from "./services.ts";

/**
 * Answers to be given to the first calls of a service in the place of its own, by `METHOD service`: null lets a call
 * through, `lost` lets the service do its work and answers 503.
 */
export type FailureScript = Readonly<Record<string, readonly (ServiceAnswer | "lost" | null)[]>>;

/** A call that was made. */
export interface ServiceCall {
  readonly method: string;
  readonly service: string;
  readonly correlationId: string;
}

/** The four services behind one HTTP server of this machine. */
export class ServiceServer {
  readonly users = new UserService();
  readonly billing = new BillingService();
  readonly preferences = new PreferencesService();
  readonly notifications: NotificationService;
  readonly calls: ServiceCall[] = [];
  readonly #services: ReadonlyMap<string, Service>;
  readonly #script: FailureScript;
  readonly #server: Server;

  /** @param now milliseconds since the epoch. Default: the machine's clock */
  constructor(script: FailureScript = {}, now: () => number = Date.now) {
    this.notifications = new NotificationService(now);
    this.#script = script;
    this.#services = new Map<string, Service>([
      ["users", this.users],
      ["billing", this.billing],
      ["preferences", this.preferences],
      ["notifications", this.notifications],
    ]);
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Begins to listen on a port of its own. @returns the base of the services' addresses */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url ?? "/", "http://localhost");
    const [service = "", ...path] = url.pathname.split("/").filter((segment) => segment !== "");
    const method = request.method ?? "GET";
    const key = `${method} ${service}`;
    const before = this.calls.filter((call) => `${call.method} ${call.service}` === key).length;
    this.calls.push({ method, service, correlationId: String(request.headers["x-correlation-id"]) });
    const scripted = this.#script[key]?.[before] ?? null;
    const body = chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as JsonObject);
    const own = () =>
      this.#services.get(service)?.answer({ method, path, query: url.searchParams, body }) ?? { status: 404 };
    write(response, scripted === "lost" ? lose(own()) : (scripted ?? own()));
  }
}

/** The work was done, and the answer did not arrive. */
function lose(_done: ServiceAnswer): ServiceAnswer {
  return { status: 503 };
}

function write(response: ServerResponse, { status, body, headers = {} }: ServiceAnswer): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body ?? {}));
}
