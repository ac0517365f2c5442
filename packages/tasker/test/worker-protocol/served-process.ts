import { onTestFinished } from "vitest";
import { TaskerProcess } from "../cli/support/tasker-process.ts";
import { WorkDirectory } from "../cli/support/work-directory.ts";

/** A task of one step for each handler, which workers run. */
export const TEMPLATE = (handler: string) =>
  `name: ${handler.toLowerCase()}\nstep_templates: [{name: only, handler_class: ${handler}}]\n`;

/** `tasker serve` as a process of its own, for templates whose handlers are all workers'. */
export class ServedProcess {
  readonly url: string;
  readonly #process: TaskerProcess;
  readonly #databaseUrl: string;
  readonly #directory: WorkDirectory;

  private constructor(process: TaskerProcess, url: string, databaseUrl: string, directory: WorkDirectory) {
    this.#process = process;
    this.url = url;
    this.#databaseUrl = databaseUrl;
    this.#directory = directory;
  }

  /** Starts it and waits until it serves. It is killed when the test ends. */
  static async start(databaseUrl: string, handlers: readonly string[]): Promise<ServedProcess> {
    const files = Object.fromEntries(handlers.map((handler) => [`${handler}.yaml`, TEMPLATE(handler)]));
    const directory = new WorkDirectory(files);
    onTestFinished(() => directory[Symbol.dispose]());
    return ServedProcess.#start(databaseUrl, directory, "0");
  }

  static async #start(databaseUrl: string, directory: WorkDirectory, port: string): Promise<ServedProcess> {
    const argv = ["serve", "--templates", ".", "--remote", "*", "--port", port, "--lease", "2"];
    const process = new TaskerProcess(argv, { cwd: directory.path, env: { DATABASE_URL: databaseUrl } });
    onTestFinished(() => void process.child.kill("SIGKILL"));
    const served = () => /serving at (\S+)/.exec(process.err)?.[1];
    await process.until(() => served() !== undefined);
    return new ServedProcess(process, served() ?? "", databaseUrl, directory);
  }

  /** Submits a task for a handler. @returns its id */
  async submit(handler: string): Promise<number> {
    const answer = await this.post("/v1/tasks", JSON.stringify({ name: handler.toLowerCase(), context: {} }));
    return Number((answer.body as { task_id: unknown }).task_id);
  }

  /** Waits until a task is over. @returns the state of the task, and its only step */
  async settled(taskId: number): Promise<{ state: unknown; step: Readonly<Record<string, unknown>> | undefined }> {
    for (let looks = 0; looks < 1_000; looks += 1) {
      const response = await fetch(`${this.url}/v1/tasks/${taskId}`);
      const task = (await response.json()) as { state: unknown; steps: Readonly<Record<string, unknown>>[] };
      if (task.state !== "pending" && task.state !== "in_progress") return { state: task.state, step: task.steps[0] };
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`task ${taskId} is not over in time`);
  }

  /** Sends a body as it is. */
  async post(path: string, body: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${this.url}${path}`, { method: "POST", headers, body });
    return { status: response.status, body: await response.json() };
  }

  /** Ends the process and starts it anew where it was. */
  async restart(signal: "SIGTERM" | "SIGKILL"): Promise<ServedProcess> {
    this.#process.child.kill(signal);
    await this.#process.ended;
    return ServedProcess.#start(this.#databaseUrl, this.#directory, new URL(this.url).port);
  }
}
