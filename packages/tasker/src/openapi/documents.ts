import { REFERENCE_ROUTES } from "../api/reference/index.ts";
import { ROUTES } from "../api/routes/index.ts";
import { openApiDocument } from "./document.ts";
import type { JsonObject } from "./json-schema.ts";

/** The description of our own interface, `/v1`. */
export function apiDocument(): JsonObject {
  return openApiDocument({
    title: "Tasker API V1",
    description: "Tasks, steps and what operators do to them. Errors are problem documents (RFC 9457).",
    routes: Object.values(ROUTES),
  });
}

/** The description of the paths of the Rails engine, with its operation ids. */
export function referenceDocument(): JsonObject {
  return openApiDocument({
    title: "API V1",
    description: "The paths of the Rails engine Tasker, with its payloads.",
    routes: Object.values(REFERENCE_ROUTES),
  });
}
