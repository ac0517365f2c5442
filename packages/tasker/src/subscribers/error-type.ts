/** Words in the name of an error's class, and what they stand for; the first that is found counts. */
const TYPES: readonly (readonly [RegExp, string])[] = [
  [/timeout/i, "timeout"],
  [/connection|network/i, "network"],
  [/notfound|missing|404/i, "not_found"],
  [/unauthorized|forbidden|401|403/i, "auth"],
  [/ratelimit|toomanyrequests|429/i, "rate_limit"],
  [/badrequest|invalid|400/i, "client_error"],
  [/servererror|internalerror|500/i, "server_error"],
  // `Error` alone is to JavaScript what StandardError is to Ruby.
  [/standarderror|runtimeerror|^error$/i, "runtime"],
];

/**
 * What kind of error a class of errors is: `timeout`, `network`, `not_found`, `auth`, `rate_limit`, `client_error`,
 * `server_error`, `runtime`, `other`; `unknown` without a name.
 */
export function errorTypeOf(errorClass: string | null | undefined): string {
  const name = errorClass?.trim() ?? "";
  if (name === "") return "unknown";
  return TYPES.find(([words]) => words.test(name))?.[1] ?? "other";
}
