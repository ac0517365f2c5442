import { TaskerError } from "../errors/index.ts";

const LONGEST = 300;

/**
 * Class and message of an error for a report, of 300 characters at most. User and password of addresses are masked, and so is
 * what follows `password=` and its like: drivers put addresses into messages.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return "Error: something was thrown that is no error";
  const name = error instanceof TaskerError ? error.constructor.name : error.name;
  const text = `${name}: ${error.message}`
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/]*@/gi, "$1***@")
    .replace(
      /\b(password|passwd|pwd|secret|token|api[_-]?key)(["']?\s*[=:]\s*)("[^"]*"|'[^']*'|[^\s,;&)]+)/gi,
      "$1$2***",
    );
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...`;
}
