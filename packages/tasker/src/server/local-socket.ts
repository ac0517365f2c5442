import { unlink } from "node:fs/promises";
import { connect } from "node:net";
import { ConfigurationError } from "../errors/index.ts";

/** Whether a process answers at a Unix socket. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}

/** Removes the socket that a process left behind which is no more. @throws ConfigurationError if one answers */
export async function clearSocket(path: string): Promise<void> {
  if (await isAnswered(path)) {
    throw new ConfigurationError(`another process listens on ${path}`, { context: { path } });
  }
  await unlink(path).catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  });
}
