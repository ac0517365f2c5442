import { systemClock } from "../clock/clock.ts";
import { runCommandLine } from "./command-line.ts";
import type { CommandIo, SignalSource, StopSignal, TextSink } from "./io.ts";

/** Runs a command line in this process and ends it with the command's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const signals = processSignals();
  const io: CommandIo = {
    stdout: streamSink(process.stdout, () => signals.raise("SIGPIPE")),
    stderr: streamSink(process.stderr, () => undefined),
    env: process.env,
    cwd: process.cwd(),
    terminal: {
      isTty: process.stdout.isTTY === true,
      columns: () => process.stdout.columns ?? 80,
      rows: () => process.stdout.rows ?? 24,
    },
    signals,
    clock: systemClock,
  };
  const exitCode = await runCommandLine(argv, io);
  // A pipe takes what is written to it later; `exit` would throw that away.
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  process.exit(exitCode);
}

function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writable) stream.write("", () => resolve());
    else resolve();
  });
}

/** A sink that drops what a reader who went away no longer takes. */
function streamSink(stream: NodeJS.WriteStream, onClosed: () => void): TextSink {
  let open = true;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    open = false;
    onClosed();
  });
  return {
    write(text) {
      if (open) stream.write(text);
    },
  };
}

/** Signals of this process; they end it as usual while nobody listens. */
function processSignals(): SignalSource & { raise(signal: StopSignal): void } {
  const listeners = new Set<(signal: StopSignal) => void>();
  const raise = (signal: StopSignal) => {
    for (const listener of [...listeners]) listener(signal);
  };
  const caught = ["SIGINT", "SIGTERM"] as const;
  return {
    raise,
    listen(listener) {
      if (listeners.size === 0) for (const signal of caught) process.on(signal, raise);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) for (const signal of caught) process.off(signal, raise);
      };
    },
  };
}
