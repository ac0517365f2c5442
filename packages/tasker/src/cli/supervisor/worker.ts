/** How a worker ended. */
export interface WorkerEnd {
  /** Null if a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

/** Another process of this command line. */
export interface Worker {
  readonly pid: number;
  /** Resolves when it has said that it is at work; never, if it ends before. */
  readonly working: Promise<void>;
  /** Resolves when it is gone and everything that it wrote was handed on. */
  readonly ended: Promise<WorkerEnd>;
  /** Asks it to stop; the second time to stop at once. */
  stop(): void;
}

/** Takes what a worker writes, a line at a time. */
export interface WorkerOutput {
  out(line: string): void;
  err(line: string): void;
}

/** What a process has to do with the others of its command line. */
export interface WorkerHost {
  /** Runs a command line in a process of its own, which stops if this one is gone. */
  launch(argv: readonly string[], output: WorkerOutput): Worker;
  /** Tells whoever launched this process that it is at work. */
  tellWorking(): void;
  /** Calls `listener` at each SIGHUP until the returned function is called. */
  onHangup(listener: () => void): () => void;
}
