import { z } from "zod";
import { route } from "../route.ts";
import { Handler, HandlerNamespaces, NamespaceHandlers } from "../shapes/reference/handler.ts";

const Namespace = z.strictObject({ namespace: z.string().min(1).max(64) });

/** Lists namespaces of registered templates. */
export const listNamespaces = route({
  id: "listNamespaces",
  method: "GET",
  path: "/handlers",
  dialect: "reference",
  tag: "Handlers",
  summary: "List the namespaces of registered templates",
  permission: { resource: "tasker.handler", action: "index", on: "list" },
  answer: HandlerNamespaces,
});

/** Lists the registered templates of a namespace. */
export const listHandlersInNamespace = route({
  id: "listHandlersInNamespace",
  method: "GET",
  path: "/handlers/{namespace}",
  dialect: "reference",
  tag: "Handlers",
  summary: "List the registered templates of a namespace",
  permission: { resource: "tasker.handler", action: "index", on: "list" },
  params: Namespace,
  answer: NamespaceHandlers,
  errors: [404],
});

/** Shows a registered template. */
export const getHandlerWithDependencies = route({
  id: "getHandlerWithDependencies",
  method: "GET",
  path: "/handlers/{namespace}/{name}",
  dialect: "reference",
  tag: "Handlers",
  summary: "Show a registered template with the graph of its steps",
  permission: { resource: "tasker.handler", action: "show", on: "list" },
  params: Namespace.extend({ name: z.string().min(1).max(64) }),
  query: z.strictObject({
    version: z.string().min(1).max(128).default("latest").describe("A version, a range such as `^1.2.0`, or `latest`"),
  }),
  answer: z.object({
    handler: Handler,
    generated_at: z.iso.datetime(),
    cache_key: z.string().describe("Another one for each other definition"),
  }),
  errors: [404],
});
