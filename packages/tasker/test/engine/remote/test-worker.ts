import type { Engine } from "../../../src/engine/engine.ts";
import type { Report } from "../../../src/engine/remote/report.ts";
import type { WorkerSettings } from "../../../src/engine/remote/worker-settings.ts";

/** A step as a worker gets it, as far as tests look at it. */
export interface Assignment {
  readonly execution_id: string;
  readonly task: Readonly<Record<string, unknown>>;
  readonly step: Readonly<Record<string, unknown>>;
  readonly parents: Readonly<Record<string, unknown>>;
  readonly sequence: readonly Readonly<Record<string, unknown>>[];
  readonly [key: string]: unknown;
}

/** A worker that a test plays. */
export class TestWorker {
  readonly id: number;
  readonly #engine: Engine;
  #calls = 0;

  private constructor(engine: Engine, id: number) {
    this.#engine = engine;
    this.id = id;
  }

  /** Registers with an engine; it has the handler `Run` unless told otherwise. */
  static async register(engine: Engine, settings: Partial<WorkerSettings> = {}): Promise<TestWorker> {
    const { workerId } = await engine.workers.register({
      handlers: ["Run"],
      queues: ["python"],
      language: "test",
      version: "1",
      ...settings,
    });
    return new TestWorker(engine, workerId);
  }

  nonce(): string {
    this.#calls += 1;
    return `${this.#calls}`;
  }

  /** Polls until there is a step, for 10 seconds. */
  async poll(options: Partial<Parameters<Engine["workers"]["poll"]>[0]> = {}): Promise<Assignment[]> {
    const request = { workerId: this.id, nonce: this.nonce(), capacity: 10, waitMs: 10_000, ...options };
    return await this.#engine.workers.poll({ sequence: "parents", ...request }, null);
  }

  /** Polls for one step, for 10 seconds. */
  async pollOne(): Promise<Assignment> {
    const [assignment] = await this.poll({ capacity: 1 });
    if (assignment === undefined) throw new Error("there is no step for the worker");
    return assignment;
  }

  /** Reports one end; gives the answer. */
  async report(report: Report) {
    const [answer] = await this.#engine.workers.report(this.id, [report], null);
    return answer;
  }

  complete(executionId: string, results: unknown, more: Partial<Report> = {}) {
    return this.report({ kind: "complete", executionId, results, ...more } as Report);
  }

  fail(executionId: string, message: string, more: object = {}) {
    return this.report({ kind: "fail", executionId, error: { message, errorClass: "ValueError" }, ...more });
  }
}
