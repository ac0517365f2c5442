import { fork } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Worker, WorkerEnd, WorkerHost, WorkerOutput } from "./worker.ts";

/** What a worker tells when it is at work. */
const WORKING = "working";

/** The processes of the operating system. */
export const processHost: WorkerHost = {
  launch,
  tellWorking() {
    process.send?.(WORKING);
  },
  onHangup(listener) {
    process.on("SIGHUP", listener);
    return () => process.off("SIGHUP", listener);
  },
};

/**
 * A worker has a process group of its own: a Ctrl-C at the terminal reaches the supervisor alone, which passes it on. The
 * channel between the two closes when the supervisor is gone, however it ends.
 */
function launch(argv: readonly string[], output: WorkerOutput): Worker {
  const child = fork(process.argv[1] ?? "", [...argv], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const working = Promise.withResolvers<void>();
  child.on("message", (message) => {
    if (message === WORKING) working.resolve();
  });
  for (const [stream, take] of [
    [child.stdout, output.out],
    [child.stderr, output.err],
  ] as const) {
    if (stream !== null) readLines(stream, take);
  }
  const ended = Promise.withResolvers<WorkerEnd>();
  child.on("close", (code, signal) => ended.resolve({ code, signal }));
  // One that cannot be started at all is never closed.
  child.on("error", () => {
    if (child.pid === undefined) ended.resolve({ code: 1, signal: null });
  });
  return {
    pid: child.pid ?? 0,
    working: working.promise,
    ended: ended.promise,
    stop: () => void child.kill("SIGTERM"),
  };
}

function readLines(stream: Readable, take: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", take);
}
