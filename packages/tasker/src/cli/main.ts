import { Console } from "node:console";
import { systemClock } from "../clock/clock.ts";
import { runCommandLine } from "./command-line.ts";
import { ProcessEndedError } from "./errors.ts";
import { EXIT } from "./exit-code.ts";
import type { CommandIo, SignalSource, StopSignal, TextSink } from "./io.ts";
import { Printer } from "./printer.ts";
import { processHost } from "./supervisor/process-host.ts";
import { terminalPrompt } from "./terminal-prompt.ts";

/** Runs a command line in this process and ends it with the command's exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  // Standard output is the command's: what handlers log must not stand between lines that a program reads.
  globalThis.console = new Console(process.stderr, process.stderr);
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
    workers: processHost,
    clock: systemClock,
    prompt: terminalPrompt(),
  };
  const endedByItself = reportForeignEnd(io);
  const exitCode = await runCommandLine(argv, io);
  // A pipe takes what is written to it later; `exit` would throw that away.
  await Promise.all([flush(process.stdout), flush(process.stderr)]);
  endedByItself();
  process.exit(exitCode);
}

/**
 * Says in one line, with exit code 1, that code of the user ended this process before the command had ended: without
 * that, a handler that calls `process.exit()` would pass for success.
 * @returns to be called when the command has ended
 */
function reportForeignEnd(io: CommandIo): () => void {
  const printer = new Printer(io);
  const onExit = () => {
    printer.error(
      new ProcessEndedError(
        "the process was ended before the command had: a handler or its module called process.exit, or awaits at its top level what never comes",
      ),
    );
    process.exitCode = EXIT.failed;
  };
  const release = () => {
    process.off("exit", onExit);
    process.off("uncaughtException", onStrayError);
  };
  const onStrayError = (cause: unknown) => {
    release();
    printer.error(
      new ProcessEndedError(
        "an error was thrown where no step waits for it, in a callback or a promise that nobody awaits (DEBUG=tasker shows where)",
        { cause },
      ),
    );
    process.exit(EXIT.failed);
  };
  process.on("exit", onExit);
  // Rejections that nobody handles come here too.
  process.on("uncaughtException", onStrayError);
  return release;
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
    isTTY: stream.isTTY === true,
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
  // Who supervises this process is gone.
  const onOrphaned = () => raise("SIGTERM");
  return {
    raise,
    listen(listener) {
      if (listeners.size === 0) {
        for (const signal of caught) process.on(signal, raise);
        process.on("disconnect", onOrphaned);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        for (const signal of caught) process.off(signal, raise);
        process.off("disconnect", onOrphaned);
      };
    },
  };
}
