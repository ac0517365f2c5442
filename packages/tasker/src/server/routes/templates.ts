import {
  diffTemplates,
  drawTemplate,
  getDefinition,
  getTemplate,
  getTemplateGraph,
  listTemplates,
} from "../../api/routes/templates.ts";
import { diagramOfTemplate } from "../../diagram/template-diagram.ts";
import { HandlerNotFoundError } from "../../errors/index.ts";
import type { HandlerRegistry } from "../../handlers/registry.ts";
import { type ReadTemplate, readTemplatePage } from "../../reading/templates/template-page.ts";
import { definitionFromDocument } from "../../templates/definition-document.ts";
import { hashDefinition } from "../../templates/definition-hash.ts";
import { diffDefinitions } from "../../templates/diff-definitions.ts";
import { templateGraphDocument } from "../../templates/template-graph-document.ts";
import { implement } from "../http/call.ts";
import { findDefinition, findTemplate } from "../templates/find-definition.ts";
import { diagramReply } from "./diagram-reply.ts";

/** Lists templates. */
export const templateList = implement(listTemplates, async ({ query, scope, parts: { database, registry } }) => {
  const { items, nextCursor } = await readTemplatePage(database, { ...query, scope });
  return { answer: { templates: items.map((item) => shownTemplate(item, registry)), next_cursor: nextCursor } };
});

/** Shows a template. */
export const templateDetails = implement(getTemplate, async ({ params, scope, parts }) => ({
  answer: shownTemplate(await findTemplate(parts, scope, params), parts.registry),
}));

/** Shows a definition. */
export const definitionDetails = implement(getDefinition, async ({ params, query, scope, parts }) => {
  const { definition_hash: hash, ...found } = await findDefinition(parts, scope, params, query.version);
  return { answer: getDefinition.answer.parse(JSON.parse(JSON.stringify({ ...found, hash }))) };
});

/** Tells the graph of a definition. */
export const templateGraph = implement(getTemplateGraph, async ({ params, query, scope, parts }) => {
  const { definition } = await findDefinition(parts, scope, params, query.version);
  return { answer: templateGraphDocument(definitionFromDocument(definition)) };
});

/** Draws a definition. */
export const templateDrawing = implement(drawTemplate, async ({ params, query, scope, parts }) => {
  const { definition } = await findDefinition(parts, scope, params, query.version);
  return diagramReply(diagramOfTemplate(definitionFromDocument(definition)), query.format);
});

/** Compares two definitions of a template. */
export const templateDiff = implement(diffTemplates, async ({ params, query, scope, parts }) => {
  const before = await findDefinition(parts, scope, params, query.from);
  const after = await findDefinition(parts, scope, params, query.to);
  return {
    answer: diffDefinitions(definitionFromDocument(before.definition), definitionFromDocument(after.definition)),
  };
});

function shownTemplate({ namespace, name, versions }: ReadTemplate, registry: HandlerRegistry) {
  return {
    namespace,
    name,
    versions: versions.map(({ version, description, created_at, definition_hash }) => ({
      ...{ version, description, created_at, definition_hash },
      is_registered: definition_hash !== null && definition_hash === registeredHash(registry, namespace, name, version),
    })),
  };
}

function registeredHash(registry: HandlerRegistry, namespace: string, name: string, version: string): string | null {
  try {
    return hashDefinition(registry.get(namespace, name, version).definition);
  } catch (error) {
    if (error instanceof HandlerNotFoundError) return null;
    throw error;
  }
}
