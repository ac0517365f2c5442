/**
 * Codes of the system and of PostgreSQL that say that the server itself is not there, for anybody. Not admin_shutdown: a single
 * connection that is ended by hand gets it as well, and after a real one the next attempt gets another code.
 */
const DOWN = new Set([
  "ECONNREFUSED",
  "ENOENT", // no such Unix socket
  "57P02", // crash_shutdown
  "57P03", // cannot_connect_now: starting up, shutting down
]);

/** Whether a driver's error says that the server is down, rather than that this machine does not reach it. */
export function isServerDown(error: unknown): boolean {
  return typeof error === "object" && error !== null && DOWN.has(String(Reflect.get(error, "code")));
}
