import type { NamespaceScope } from "../../auth/principal.ts";
import { NotFoundError } from "../../errors/index.ts";
import {
  type ReadDefinition,
  readDefinition,
  selectDefinitionsOfVersion,
} from "../../reading/templates/definitions.ts";
import { type ReadTemplate, readTemplatePage } from "../../reading/templates/template-page.ts";
import type { ServerParts } from "../server-parts.ts";

/** A template by its namespace and name. */
export interface TemplateName {
  readonly namespace: string;
  readonly name: string;
}

const HASH = /^[0-9a-f]{64}$/;

/** A template that somebody may see. @throws NotFoundError */
export async function findTemplate(
  { database }: Pick<ServerParts, "database">,
  scope: NamespaceScope,
  { namespace, name }: TemplateName,
): Promise<ReadTemplate> {
  const { items } = await readTemplatePage(database, { scope, namespace, name, limit: 1 });
  const [template] = items;
  if (template !== undefined) return template;
  throw new NotFoundError(`the database knows no template ${namespace}.${name}`, { context: { namespace, name } });
}

/**
 * A definition of a template that somebody may see: the last one of a version, of the highest version, or that with a hash.
 * @throws NotFoundError
 */
export async function findDefinition(
  parts: Pick<ServerParts, "database">,
  scope: NamespaceScope,
  template: TemplateName,
  version: string,
): Promise<ReadDefinition> {
  const { namespace, name } = template;
  const { versions } = await findTemplate(parts, scope, template);
  if (HASH.test(version)) {
    const found = await readDefinition(parts.database, version);
    if (found !== null && found.namespace === namespace && found.name === name) return found;
  } else {
    const wanted = version === "latest" ? versions.find(({ definition_hash: hash }) => hash !== null) : null;
    const asked = wanted === null ? version : wanted?.version;
    const [last] =
      asked === undefined ? [] : await parts.database.run(selectDefinitionsOfVersion, [namespace, name, asked]);
    if (last !== undefined) return last;
  }
  throw new NotFoundError(`the database has no definition ${version} of ${namespace}.${name}`, {
    context: { namespace, name, version },
  });
}
