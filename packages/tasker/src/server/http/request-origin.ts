import type { IncomingMessage } from "node:http";

/** Where a request came from. Said by who took it, never by the request itself. */
export interface RequestOrigin {
  readonly transport: "http" | "https" | "local";
  /** Of the other end of the connection; null for one without. */
  readonly address: string | null;
}

/** A call within the process, or by a Unix socket that only its user can open. */
export const LOCAL: RequestOrigin = { transport: "local", address: null };

/** Where a request of Node's server came from. */
export function originOf({ socket }: IncomingMessage): RequestOrigin {
  const isEncrypted = "encrypted" in socket && socket.encrypted === true;
  return { transport: isEncrypted ? "https" : "http", address: socket.remoteAddress ?? null };
}

/** Somewhere that nobody knows: answered to those alone who prove who they are. */
export const ELSEWHERE: RequestOrigin = { transport: "http", address: null };
