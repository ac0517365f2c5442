import type { EngineProcess } from "../engine-process.ts";
import type { GlobalOptions } from "../global-options.ts";
import type { CommandIo } from "../io.ts";
import { chooseDatabase } from "../open-command-database.ts";
import { claimSocketPath } from "./local-socket-path.ts";
import { makeServer } from "./make-server.ts";

/**
 * On the embedded database, which one process has open at a time, lets the command line go through this one.
 * @returns closes it again
 */
export async function openLocalServer(
  io: Pick<CommandIo, "cwd" | "env" | "clock">,
  options: GlobalOptions,
  process: Omit<EngineProcess, "stop">,
): Promise<() => Promise<void>> {
  const choice = chooseDatabase(options, io);
  // Windows has no sockets in directories.
  if (choice.kind !== "embedded" || globalThis.process.platform === "win32") return async () => {};
  const server = await makeServer(io, options, process);
  await server.listenLocally(await claimSocketPath(choice.directory));
  return () => server.close({ graceMs: 1_000 });
}

/** How long a command runs before others can find it, in milliseconds: most are over sooner. */
const FOUND_AFTER_MS = 1_000;

/**
 * The same for a command that may be over at once: without a server until it has run for a second. What goes wrong with it is
 * logged, and does not end the command.
 * @returns closes it again
 */
export function openLocalServerSoon(
  io: Pick<CommandIo, "cwd" | "env" | "clock">,
  options: GlobalOptions,
  process: Omit<EngineProcess, "stop">,
): () => Promise<void> {
  let opening: Promise<() => Promise<void>> = Promise.resolve(async () => {});
  const cancel = io.clock.after(FOUND_AFTER_MS, () => {
    opening = openLocalServer(io, options, process).catch((err: unknown) => {
      process.log.warn({ err }, "other commands cannot go through this one");
      return async () => {};
    });
  });
  return async () => {
    cancel();
    await (await opening)();
  };
}
