import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Engine, TaskerError, type TaskRequest } from "tasker";
import { z } from "zod";

/** The body of `POST /tasks`: what a task is made from, below the key `task`. */
const Body = z.object({
  task: z.object({
    name: z.string(),
    namespace: z.string().default("default"),
    version: z.string().optional(),
    source_system: z.string().optional(),
    context: z.looseObject({ correlation_id: z.string().optional() }),
  }),
});

/** An answer that is given in the place of the endpoint's own. */
export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Lets other systems create tasks of an engine: `POST /tasks`. The correlation id of their context becomes the task's. */
export class TaskEndpoint {
  readonly requests: unknown[] = [];
  readonly #engine: Engine;
  readonly #script: readonly (ScriptedAnswer | null)[];
  readonly #server: Server;

  /** @param script answers to the first requests; null: the endpoint's own */
  constructor(engine: Engine, script: readonly (ScriptedAnswer | null)[] = []) {
    this.#engine = engine;
    this.#script = script;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  /** Begins to listen on a port of its own. @returns the address */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || "null");
    const scripted = this.#script[this.requests.push(body) - 1] ?? null;
    const { status, headers = {}, body: answer } = scripted ?? (await this.#create(body));
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(answer ?? {}));
  }

  async #create(body: unknown): Promise<ScriptedAnswer> {
    const parsed = Body.safeParse(body);
    if (!parsed.success) return { status: 400, body: { error: z.prettifyError(parsed.error) } };
    const { name, namespace, version, source_system, context } = parsed.data.task;
    const request: TaskRequest = {
      name,
      namespace,
      context,
      ...(version === undefined ? {} : { version }),
      ...(source_system === undefined ? {} : { sourceSystem: source_system }),
      ...(context.correlation_id === undefined ? {} : { correlationId: context.correlation_id }),
    };
    try {
      const { taskId } = await this.#engine.submit(request);
      return { status: 201, body: { task: { task_id: taskId, status: "pending" } } };
    } catch (error) {
      if (error instanceof TaskerError) return { status: 400, body: { error: error.message } };
      throw error;
    }
  }
}
