import type { z } from "zod";
import type { PollAnswer, WorkerRegistration } from "../../src/api/shapes/worker.ts";
import { Client, ROUTES } from "../../src/client/index.ts";

/** A step as a worker gets it. */
export type GivenStep = z.output<typeof PollAnswer>["steps"][number];

/** A worker that speaks the protocol to a server. */
export class HttpWorker {
  readonly id: number;
  readonly client: Client;
  #calls = 0;

  private constructor(client: Client, id: number) {
    this.client = client;
    this.id = id;
  }

  static async register(
    baseUrl: string,
    settings: Partial<z.input<typeof WorkerRegistration>> & { readonly handlers: string[] },
    token?: string,
  ): Promise<HttpWorker> {
    const client = new Client({ baseUrl, ...(token === undefined ? {} : { token }) });
    const body = { language: "test", version: "1", ...settings };
    const { worker_id: id } = await client.call(ROUTES.registerWorker, { body });
    return new HttpWorker(client, id);
  }

  /** Polls, for 20 seconds unless told otherwise. */
  async poll({ capacity = 10, waitMs = 20_000 } = {}): Promise<GivenStep[]> {
    this.#calls += 1;
    const body = { worker_id: this.id, nonce: `${this.#calls}`, capacity, wait_ms: waitMs };
    return (await this.client.call(ROUTES.pollSteps, { body })).steps;
  }

  /** Polls for one step. */
  async pollOne(): Promise<GivenStep> {
    const [step] = await this.poll({ capacity: 1 });
    if (step === undefined) throw new Error("there is no step for the worker");
    return step;
  }

  /** Reports a success; gives the answer. */
  async complete(executionId: string, results: z.core.util.JSONType) {
    const body = { worker_id: this.id, items: [{ execution_id: executionId, results }] };
    return (await this.client.call(ROUTES.completeSteps, { body })).answers[0];
  }
}
