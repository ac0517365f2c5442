import { applyTemplate, planTemplate, validateTemplate } from "../../api/routes/templates.ts";
import { InvalidTemplateError } from "../../errors/index.ts";
import { readDefinition } from "../../reading/templates/definitions.ts";
import { readKeptDefinitions } from "../../reading/templates/kept-definitions.ts";
import { latestDefinition } from "../../reading/templates/latest-definition.ts";
import { definitionFromDocument } from "../../templates/definition-document.ts";
import { diffDefinitions } from "../../templates/diff-definitions.ts";
import { auditEntryOf } from "../http/audit-entry-of.ts";
import { implement } from "../http/call.ts";
import { nameOf, readDocument } from "../templates/read-document.ts";
import { storeDefinition } from "../templates/store-definition.ts";

/** Checks a template. */
export const templateValidation = implement(validateTemplate, async ({ body }) => {
  try {
    return { answer: { valid: true, issues: [], definition: nameOf(readDocument(body)) } };
  } catch (error) {
    if (!(error instanceof InvalidTemplateError)) throw error;
    return { answer: { valid: false, issues: [...error.issues], definition: null } };
  }
});

/** Says what applying a template would change. */
export const templatePlan = implement(planTemplate, async ({ body, access, parts: { database } }) => {
  const definition = readDocument(body);
  const named = nameOf(definition);
  const { namespace, name, hash } = named;
  await access.authorize("tasker.template", "show", { namespace });
  const [last] = await database.run(latestDefinition, [namespace, name]);
  const diff = last === undefined ? null : diffDefinitions(definitionFromDocument(last.definition), definition);
  return {
    answer: {
      definition: named,
      base_hash: last?.definition_hash ?? null,
      is_known: (await readDefinition(database, hash)) !== null,
      diff,
      running: await readKeptDefinitions(database, named),
    },
  };
});

/** Puts a template into the database. */
export const templateApplication = implement(applyTemplate, async (call) => {
  const { base_hash: baseHash, reason, ...document } = call.body;
  const definition = readDocument(document);
  const named = nameOf(definition);
  const { namespace, name, version, hash } = named;
  await call.access.authorize("tasker.template", "apply", { namespace });
  const entry = auditEntryOf(call, {
    action: "template.apply",
    resource: "tasker.template",
    resourceId: `${namespace}.${name}@${version}`,
    namespace,
    details: { reason, hash, base_hash: baseHash },
  });
  const applied = await storeDefinition(call.parts.database, { definition, baseHash, entry });
  return { answer: { definition: named, applied } };
});
