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
