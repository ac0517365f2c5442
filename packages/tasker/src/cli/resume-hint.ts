import { shellWord } from "../text/shell-word.ts";
import type { GlobalOptions } from "./global-options.ts";

/** The command that goes on with the tasks of a template. A database URL is not repeated: it may hold a password. */
export function describeResume(
  template: string,
  options: GlobalOptions & { readonly handlers?: string | undefined; readonly environment?: string | undefined },
): string {
  const words = ["tasker", "work", "--template", template];
  if (options.handlers !== undefined) words.push("--handlers", options.handlers);
  if (options.environment !== undefined) words.push("--environment", options.environment);
  if (options.data !== undefined) words.push("--data", options.data);
  if (options.databaseUrl !== undefined) words.push("--database-url", "URL");
  words.push("--until-idle");
  return words.map(shellWord).join(" ");
}
