import { z } from "zod";
import type { Connection } from "../../database/database.ts";
import { array, int4, json, nullable, text, varchar } from "../../database/sql-type.ts";
import { statement } from "../../database/statement.ts";
import type { VisibleNamespaces } from "../../models/visible-namespaces.ts";
import { compareVersions, isVersion } from "../../templates/version.ts";
import { decodeCursor } from "../paging/cursor.ts";
import { type Page, type PageRequest, pageLimit, pageOf } from "../paging/page.ts";

/** Names of templates after one of them, each with all its versions. */
export const selectTemplates = statement({
  name: "reading_templates",
  text: `
    select s.name as namespace, n.name, json_agg(json_build_object('named_task_id', n.named_task_id, 'version', n.version,
      'description', n.description, 'created_at', n.created_at, 'definition_hash', (
        select d.definition_hash from tasker_definitions d
        where d.namespace = s.name and d.name = n.name and d.version = n.version
        order by d.created_at desc, d.definition_hash limit 1
      ))) as versions
    from tasker_named_tasks n
    join tasker_task_namespaces s on s.task_namespace_id = n.task_namespace_id
    where ($1::text[] is null or s.name = any($1)) and ($2::text is null or s.name = $2) and ($3::text is null or n.name = $3)
      and ($4::text is null or (s.name::text collate "C", n.name::text collate "C") > ($4::text, $5::text))
    group by s.name, n.name
    order by s.name::text collate "C", n.name::text collate "C"
    limit $6::int4`,
  parameters: [nullable(array(text)), nullable(text), nullable(text), nullable(text), nullable(text), int4],
  columns: { namespace: varchar, name: varchar, versions: json },
});

const TemplateVersion = z.object({
  named_task_id: z.number(),
  version: z.string(),
  description: z.string().nullable(),
  created_at: z.string().transform((moment) => new Date(`${moment}Z`)),
  /** The definition that was last submitted under this version; null if another engine made it. */
  definition_hash: z.string().nullable(),
});

/** One version of a template. */
export type TemplateVersion = z.infer<typeof TemplateVersion>;

/** A template that is known to the database: tasks of it were submitted. */
export interface ReadTemplate {
  readonly namespace: string;
  readonly name: string;
  /** The highest first: 1.10.0 before 1.9.0. What is no version comes last. */
  readonly versions: readonly TemplateVersion[];
}

/** Which templates are asked for. */
export interface TemplatePageRequest extends PageRequest {
  readonly scope: VisibleNamespaces;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

const Key = z.tuple([z.string(), z.string()]);

/** A page of templates by namespace and name. @throws InvalidRequestError */
export async function readTemplatePage(
  connection: Connection,
  request: TemplatePageRequest,
): Promise<Page<ReadTemplate>> {
  const { scope, namespace = null, name = null, cursor } = request;
  const limit = pageLimit(request);
  const [afterNamespace, afterName] = cursor === undefined ? [null, null] : decodeCursor("templates", Key, cursor);
  const rows = await connection.run(selectTemplates, [
    scope === "all" ? null : scope,
    namespace,
    name,
    afterNamespace,
    afterName,
    limit + 1,
  ]);
  const { items, nextCursor } = pageOf("templates", rows, limit, (row) => [row.namespace, row.name]);
  const templates = items.map((row) => ({
    ...row,
    versions: highestFirst(z.array(TemplateVersion).parse(row.versions)),
  }));
  return { items: templates, nextCursor };
}

function highestFirst(versions: readonly TemplateVersion[]): TemplateVersion[] {
  const [known, others] = [
    versions.filter(({ version }) => isVersion(version)),
    versions.filter(({ version }) => !isVersion(version)),
  ];
  return [
    ...known.sort((a, b) => compareVersions(b.version, a.version)),
    ...others.sort((a, b) => (a.version < b.version ? -1 : 1)),
  ];
}
