import { userInfo } from "node:os";
import type { CommandIo } from "./io.ts";

/** The name that the system knows the user by; a process without an entry in the list of users has none. */
export function currentUser({ env }: Pick<CommandIo, "env">): string {
  const named = env.USER ?? env.LOGNAME ?? env.USERNAME;
  if (named !== undefined && named !== "") return named;
  try {
    return userInfo().username;
  } catch {
    return "tasker";
  }
}
