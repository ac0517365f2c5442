import { AsyncLocalStorage } from "node:async_hooks";
import { isDeepStrictEqual } from "node:util";
import type { Dispatcher } from "undici";
import { PermanentError, ProceduralError, RetryableError } from "../../errors/index.ts";
import { ownDelaySeconds } from "../../retry/own-delay.ts";
import type { StepExecution, StepSequence, TaskView } from "../execution.ts";
import { StepHandler } from "../step-handler.ts";
import { type ApiHandlerConfig, type ApiSettings, parseApiConfig } from "./api-config.ts";
import { ApiConnection, type PrepareRequest } from "./api-connection.ts";
import { ApiResponse } from "./api-response.ts";
import { fillRequest } from "./declared-request.ts";
import { Redaction } from "./redact.ts";
import { ResponseProcessor } from "./response-processor.ts";

/** How a subclass changes the connection. */
export interface ApiHandlerOptions {
  /** Called with each request before it is sent. Default: sent as it is. */
  readonly prepareRequest?: PrepareRequest;
  /** Sends instead of the engine's connections, such as a proxy's agent; closing it is the caller's. Default: those. */
  readonly dispatcher?: Dispatcher;
}

/**
 * A step that calls a remote system over HTTP. By itself it sends the request that its configuration declares; a subclass
 * writes {@link process}, uses {@link connection} in it and returns the response. The engine then judges the status:
 * retryable failures are tried again, at the time that the server named if it did; permanent ones are not.
 */
export class ApiStepHandler extends StepHandler<ApiHandlerConfig> {
  /** The configuration with its defaults. */
  protected readonly settings: ApiSettings;
  readonly #options: ApiHandlerOptions;
  readonly #redaction: Redaction;
  readonly #processor: ResponseProcessor;
  /** An object that is given as a handler serves several attempts at a time: each has its own connection. */
  readonly #connections = new AsyncLocalStorage<ApiConnection>();

  /** @throws ConfigurationError with everything that is wrong with the configuration */
  constructor(config: ApiHandlerConfig, options: ApiHandlerOptions = {}) {
    super(config);
    this.settings = parseApiConfig(config);
    this.#options = options;
    this.#redaction = new Redaction(this.settings.redact.headers, this.settings.redact.body);
    this.#processor = new ResponseProcessor({ statuses: this.settings.statuses, redaction: this.#redaction });
  }

  /** Called when a template is bound, so that a mistake shows before the first attempt. @throws ConfigurationError */
  static checkConfig(config: unknown): void {
    parseApiConfig(config);
  }

  /** The connection of this attempt: there is one in `process` and the hooks after it. */
  protected get connection(): ApiConnection {
    const connection = this.#connections.getStore();
    if (connection !== undefined) return connection;
    throw new ProceduralError("an API step has a connection only while it is executed");
  }

  /**
   * Does the call and returns its response. Anything else that is returned is a result, stored as it is, whatever it looks
   * like. Default: the declared request.
   */
  override process(task: TaskView, sequence: StepSequence, _step: StepExecution): unknown {
    const { path, options } = fillRequest(this.settings.request, task, sequence);
    return this.connection.request(this.settings.method, path, options);
  }

  /**
   * Called with each response before its status is judged: true makes it a success, whatever the status. For a conflict
   * that only says that an earlier attempt has done the work.
   */
  acceptResponse(_response: ApiResponse, _step: StepExecution): boolean | Promise<boolean> {
    return false;
  }

  override async handle(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<unknown> {
    const { prepareRequest = null, dispatcher = null } = this.#options;
    const { settings } = this;
    const transport = { settings, resources: step.resources, signal: step.signal, dispatcher };
    return this.#connections.run(new ApiConnection(transport, prepareRequest), async () => {
      const previous = step.results;
      // A copy, so that a handler which changes `step.results` in place is seen to have changed it.
      const before = structuredClone(previous);
      const output = await this.#guarded(task, sequence, step);
      await this.#shape(step, output, previous);
      if (isDeepStrictEqual(step.results, before)) {
        step.results = output instanceof ApiResponse ? output.toStored(this.#redaction) : (output ?? null);
      }
      return output;
    });
  }

  async #guarded(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<unknown> {
    const { circuit } = this.settings;
    if (circuit === null) return this.#call(task, sequence, step);
    const settings = { namespace: task.namespace, name: circuit.name, ...circuit.policy };
    return step.resources.circuits.run(settings, () => this.#call(task, sequence, step));
  }

  async #call(task: TaskView, sequence: StepSequence, step: StepExecution): Promise<unknown> {
    try {
      const output = await this.process(task, sequence, step);
      if (!(output instanceof ApiResponse)) return output;
      if (!(await this.acceptResponse(output, step))) this.#processor.process(step, output, step.resources.clock.now());
      // A body that cannot be used is found here, not by whoever reads it first.
      void output.body;
      return output;
    } catch (error) {
      throw this.#planned(error, step);
    }
  }

  /** A failure that names no time waits as the configuration says, if that has a backoff of its own. */
  #planned(error: unknown, step: StepExecution): unknown {
    if (!(error instanceof RetryableError) || error.retryAfter !== null) return error;
    const retryAfter = ownDelaySeconds(step.attempt, this.settings, step.resources.random());
    if (retryAfter === null) return error;
    const { errorCode, details, context, countsAsOutage } = error;
    return new RetryableError(error.message, { errorCode, details, context, countsAsOutage, retryAfter, cause: error });
  }

  /** The call has succeeded: whatever goes wrong from here on must not repeat it, unless the handler says so. */
  async #shape(step: StepExecution, output: unknown, previous: unknown): Promise<void> {
    try {
      await this.processResults(step, output, previous);
    } catch (error) {
      if (error instanceof RetryableError || error instanceof PermanentError) throw error;
      const text = error instanceof Error ? error.message : String(error);
      throw new PermanentError(`the call succeeded, and processResults failed: ${text}`, {
        errorCode: "API_RESULTS_FAILED",
        cause: error,
        context: { stepId: step.stepId, stepName: step.name },
        details: output instanceof ApiResponse ? { response: output.toStored(this.#redaction) } : null,
      });
    }
  }
}
