import { z } from "zod";
import type { Route } from "../api/route.ts";
import { Problem } from "../api/shapes/problem.ts";
import { VERSION } from "../version.ts";
import { type Components, type JsonObject, jsonSchemaOf } from "./json-schema.ts";
import { operationOf, SECURITY } from "./operation.ts";

/** The body of an error at the reference's paths. */
const PlainError = z.object({ error: z.unknown(), message: z.string().optional() });

/** What a document describes. */
export interface DocumentParts {
  readonly title: string;
  readonly description: string;
  readonly routes: readonly Route[];
}

/** The description of routes in OpenAPI 3.1, made of the schemas by which their requests are checked. */
export function openApiDocument({ title, description, routes }: DocumentParts): JsonObject {
  const components: Components = new Map();
  const paths: Record<string, JsonObject> = {};
  for (const route of routes) {
    const operation = operationOf(route, components);
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
  }
  const problem = jsonSchemaOf(Problem, "output", components);
  const referenceError = jsonSchemaOf(PlainError, "output", components);
  return {
    openapi: "3.1.0",
    info: { title, description, version: VERSION },
    servers: [{ url: "/" }],
    security: SECURITY,
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: {
        Problem: { description: "A problem", content: { "application/problem+json": { schema: problem } } },
        ReferenceError: { description: "An error", content: { "application/json": { schema: referenceError } } },
      },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer", description: "An API token, or a JWT" },
        session: { type: "apiKey", in: "cookie", name: "tasker_session", description: "A session of the dashboard" },
      },
    },
  };
}
