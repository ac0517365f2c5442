import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const Answer = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.string().optional(),
  message: z.string().optional(),
});

/** An error that the Ruby process reports, with the name of its class. */
export class RailsError extends Error {
  readonly rubyClass: string;

  constructor(rubyClass: string, message: string) {
    super(`${rubyClass}: ${message}`);
    this.rubyClass = rubyClass;
  }
}

/** A Ruby process with ActiveRecord models of the shared tables that does what it is told. */
export class RailsProcess {
  /** Conflicts with another writer of a transition, after each of which the command was sent again. */
  conflicts = 0;
  readonly #child;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #sent = 0;

  /** @param url of the database */
  constructor(url: string) {
    const server = fileURLToPath(new URL("server.rb", import.meta.url));
    this.#child = spawn("ruby", [server], {
      env: { ...process.env, DATABASE_URL: url },
      stdio: ["pipe", "pipe", "inherit"],
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#receive(line));
    this.#child.on("exit", (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the Ruby process ended with ${code}`));
      this.#waiting.clear();
    });
  }

  /**
   * Sends a command and gives its result. A conflict of transitions is sent again, as the reference's users do.
   * @throws RailsError for everything else that goes wrong
   */
  async call(command: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown> {
    for (;;) {
      try {
        return await this.#send(command, parameters);
      } catch (error) {
        if (!(error instanceof RailsError) || !error.rubyClass.endsWith("TransitionConflict")) throw error;
        this.conflicts += 1;
      }
    }
  }

  /** Lets it end when it has answered everything. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    await new Promise((resolve) => this.#child.once("exit", resolve));
  }

  #send(command: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown> {
    this.#sent += 1;
    const id = this.#sent;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.stdin.write(`${JSON.stringify({ id, command, ...parameters })}\n`);
    });
  }

  #receive(line: string): void {
    const { id, result, error, message } = Answer.parse(JSON.parse(line));
    const waiter = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiter?.resolve(result);
    else waiter?.reject(new RailsError(error, message ?? ""));
  }
}
