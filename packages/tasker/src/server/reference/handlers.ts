import { getHandlerWithDependencies, listHandlersInNamespace, listNamespaces } from "../../api/reference/handlers.ts";
import { isWithin, type NamespaceScope } from "../../auth/principal.ts";
import { HandlerNotFoundError } from "../../errors/index.ts";
import type { HandlerRegistry } from "../../handlers/registry.ts";
import { hashDefinition } from "../../templates/definition-hash.ts";
import { implement } from "../http/call.ts";
import { describeHandler } from "./describe-handler.ts";
import { refusal } from "./refusal.ts";

/** Lists namespaces of registered templates. */
export const namespaceList = implement(listNamespaces, async ({ scope, parts: { registry, clock } }) => {
  const { handlersByNamespace } = registry.stats();
  const namespaces = visibleNamespaces(registry, scope);
  return {
    answer: {
      namespaces: namespaces.map((name) => ({ name, handler_count: handlersByNamespace[name] ?? 0 })),
      total_namespaces: namespaces.length,
      generated_at: new Date(clock.now()),
    },
  };
});

/** Lists the registered templates of a namespace. */
export const handlerList = implement(listHandlersInNamespace, async ({ params, scope, parts: { registry } }) => {
  const { namespace } = params;
  if (!visibleNamespaces(registry, scope).includes(namespace)) return refusal(404, "Namespace not found");
  const versions = new Map<string, string[]>();
  for (const { definition } of registry.list(namespace)) {
    versions.set(definition.name, [...(versions.get(definition.name) ?? []), definition.version]);
  }
  const handlers = [...versions].map(([name, all]) => ({
    name,
    namespace,
    versions: all,
    latest_version: all.at(-1) ?? "",
    handler_count: all.length,
  }));
  return { answer: { namespace, handlers, total_handlers: handlers.length } };
});

/** Shows a registered template. */
export const handlerDetails = implement(getHandlerWithDependencies, async ({ params, query, scope, parts }) => {
  const { registry, clock } = parts;
  const { namespace, name } = params;
  if (!visibleNamespaces(registry, scope).includes(namespace)) return refusal(404, "Namespace not found");
  try {
    const template = registry.get(namespace, name, query.version);
    const handler = describeHandler(template);
    const cacheKey = `tasker:handlers:${handler.full_name}:${hashDefinition(template.definition)}`;
    return { answer: { handler, generated_at: new Date(clock.now()), cache_key: cacheKey } };
  } catch (error) {
    if (error instanceof HandlerNotFoundError) return refusal(404, "Handler not found in namespace");
    throw error;
  }
});

function visibleNamespaces(registry: HandlerRegistry, scope: NamespaceScope): string[] {
  return registry.namespaces().filter((namespace) => isWithin([namespace], scope));
}
