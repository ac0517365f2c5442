import { runCommandLine } from "../../../src/cli/command-line.ts";
import type { CommandIo, StopSignal } from "../../../src/cli/io.ts";
import type { Clock } from "../../../src/clock/clock.ts";
import { systemClock } from "../../../src/clock/clock.ts";

/** What a captured command sees of the world. */
export interface CapturedOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default: not a terminal. */
  readonly isTty?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly clock?: Clock;
  /** What somebody at the terminal answers, one after the other. Default: nobody is there. */
  readonly answers?: readonly string[];
}

/** Output that is kept, and signals that tests send. */
export class CapturedIo implements CommandIo {
  readonly env: CommandIo["env"];
  readonly cwd: string;
  readonly terminal: CommandIo["terminal"];
  readonly clock: Clock;
  readonly prompt: CommandIo["prompt"];
  /** Everything written so far. */
  out = "";
  err = "";
  readonly #listeners = new Set<(signal: StopSignal) => void>();
  readonly #watchers = new Set<() => void>();

  constructor({
    cwd,
    env = {},
    isTty = false,
    columns = 80,
    rows = 24,
    clock = systemClock,
    answers,
  }: CapturedOptions) {
    this.cwd = cwd;
    this.env = env;
    this.stderr.isTTY = isTty;
    this.terminal = { isTty, columns: () => columns, rows: () => rows };
    this.clock = clock;
    this.prompt = answers === undefined ? null : this.#answering([...answers]);
  }

  readonly stdout = {
    write: (text: string) => {
      this.out += text;
      this.#changed();
    },
  };

  readonly stderr = {
    isTTY: false,
    write: (text: string) => {
      this.err += text;
      this.#changed();
    },
  };

  readonly signals: CommandIo["signals"] = {
    listen: (listener) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    },
  };

  /** A captured command has no other processes. */
  readonly workers: CommandIo["workers"] = {
    launch: () => {
      throw new Error("a captured command cannot start processes");
    },
    tellWorking: () => undefined,
    onHangup: () => () => undefined,
  };

  /** Sends a signal to the running command. */
  send(signal: StopSignal): void {
    for (const listener of [...this.#listeners]) listener(signal);
  }

  /** Resolves when the output so far matches. */
  async seen(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.out + this.err)) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#watchers.delete(wake);
          resolve();
        };
        this.#watchers.add(wake);
      });
    }
  }

  /** Questions go where a terminal would have them; null when there are no answers left. */
  #answering(answers: string[]): CommandIo["prompt"] {
    return async (question) => {
      this.err += `${question}\n`;
      return answers.shift() ?? null;
    };
  }

  #changed(): void {
    for (const wake of [...this.#watchers]) wake();
  }
}

/** What came of a command. */
export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, to its end. */
export async function runCaptured(argv: readonly string[], options: CapturedOptions): Promise<CommandOutcome> {
  const io = new CapturedIo(options);
  const code = await runCommandLine(argv, io);
  return { code, out: io.out, err: io.err };
}
