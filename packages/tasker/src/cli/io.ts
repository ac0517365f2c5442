import type { Clock } from "../clock/clock.ts";
import type { WorkerHost } from "./supervisor/worker.ts";

/** Takes text. What cannot be delivered (a closed pipe) is dropped. */
export interface TextSink {
  write(text: string): void;
  /** Whether it is a terminal. Default: it is not. */
  readonly isTTY?: boolean;
}

/** Signals that ask a command to stop. `SIGPIPE` stands for an output that nobody reads any more. */
export type StopSignal = "SIGINT" | "SIGTERM" | "SIGPIPE";

/** Where a command learns that it is to stop. */
export interface SignalSource {
  /** Calls `listener` at each signal until the returned function is called. */
  listen(listener: (signal: StopSignal) => void): () => void;
}

/** What is known of the terminal that standard output goes to. */
export interface Terminal {
  readonly isTty: boolean;
  /** Width in columns at this moment; 80 when unknown. */
  columns(): number;
  /** Height in rows at this moment; 24 when unknown. */
  rows(): number;
}

/** Asks a person at the terminal; null: nobody answers any more, because the input has ended or was interrupted. */
export type Prompt = (question: string) => Promise<string | null>;

/** Everything of the outside world that a command uses besides files and the database. */
export interface CommandIo {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path that relative paths start from. */
  readonly cwd: string;
  readonly terminal: Terminal;
  readonly signals: SignalSource;
  readonly workers: WorkerHost;
  readonly clock: Clock;
  /** Null: nobody is there to be asked. */
  readonly prompt: Prompt | null;
}
