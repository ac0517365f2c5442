import { availableParallelism } from "node:os";
import { span } from "../render/span.ts";
import type { CommandSession } from "../session.ts";
import { StopRequest } from "../stop-request.ts";
import { Supervisor } from "./supervisor.ts";

/** Number of processes that `auto` stands for: one for each processor that this process may use. */
export function automaticProcesses(): number {
  return availableParallelism();
}

/**
 * Runs this command line in several processes at the same time, until all have ended. What they write comes out here, each line
 * with the number of its process before it.
 * @returns the exit code
 */
export async function supervise({ io, printer, argv }: CommandSession, count: number): Promise<number> {
  const own = withoutProcesses(argv);
  const stop = new StopRequest(io, null);
  const supervisor = new Supervisor({
    count,
    clock: io.clock,
    note: (text) => printer.note(text),
    launch: (number) =>
      io.workers.launch(withOwnPort(own, number), {
        out: (line) => printer.line([span(`[${number}] `, "faint"), span(line)]),
        err: (line) => printer.note(`[${number}] ${line}`),
      }),
  });
  const release = io.workers.onHangup(() => void supervisor.roll());
  void stop.asked.then(() =>
    printer.note("stopping all workers when their steps have ended; once more to stop at once"),
  );
  try {
    return await supervisor.run(stop);
  } finally {
    release();
    stop.release();
  }
}

/** The worker with a number, from 1, serves its metrics on the port that was given, or on as many after it. */
function withOwnPort(argv: readonly string[], number: number): string[] {
  return argv.map((argument, place) => {
    const [option, value] = argument.startsWith("--metrics-port=") ? argument.split("=") : [argv[place - 1], argument];
    if (option !== "--metrics-port" || value === undefined || value === "0") return argument;
    const port = String(Number(value) + number - 1);
    return argument === value ? port : `--metrics-port=${port}`;
  });
}

/** The arguments of one worker. */
function withoutProcesses(argv: readonly string[]): string[] {
  return argv.filter(
    (argument, place) =>
      argument !== "--processes" && argv[place - 1] !== "--processes" && !argument.startsWith("--processes="),
  );
}
