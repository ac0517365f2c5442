import { PermanentError } from "../../errors/index.ts";
import type { FieldValues } from "./api-config.ts";

/**
 * Where a request goes: a path that begins with a slash replaces the path of the base, any other one is appended to it. The
 * query has the parameters of the path, then those given; a list gives its name once for each member.
 * @throws PermanentError `API_INVALID_REQUEST` for what is no path, and for another host: headers of the configuration may
 * hold secrets
 */
export function requestUrl(base: string, path: string, params: FieldValues): URL {
  const start = new URL(base);
  if (!start.pathname.endsWith("/")) start.pathname += "/";
  const url = path === "" ? new URL(base) : URL.parse(path, start.href);
  if (url === null || url.origin !== start.origin || url.username !== "" || url.password !== "") {
    throw new PermanentError(`the path of a request leads away from ${start.origin}, expected one below it`, {
      errorCode: "API_INVALID_REQUEST",
      context: { field: "path", value: path, expected: `a path on ${start.origin}` },
    });
  }
  url.hash = "";
  appendFields(url.searchParams, params);
  return url;
}

/** Adds fields in the form of a query or a form. */
export function appendFields(target: URLSearchParams, fields: FieldValues): void {
  for (const [name, value] of Object.entries(fields)) {
    for (const one of [value].flat()) if (one !== null) target.append(name, String(one));
  }
}
