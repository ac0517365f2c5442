import { z } from "zod";
import { route } from "../route.ts";
import { PageEnd, PageQuery, Reason } from "../shapes/common.ts";
import { DiagramFormat, Flowchart } from "../shapes/diagram.ts";
import {
  Definition,
  DefinitionDiff,
  DefinitionName,
  Hash,
  Template,
  TemplateDocument,
  TemplateGraph,
  TemplateIssue,
  TemplateParams,
  TemplatePlan,
  VersionQuery,
} from "../shapes/template.ts";

const TAG = "Templates";
const SHOW = { resource: "tasker.template", action: "show", on: "list" } as const;

/** Lists templates. */
export const listTemplates = route({
  id: "listTemplates",
  method: "GET",
  path: "/v1/templates",
  tag: TAG,
  summary: "List the templates that the database knows, with their versions",
  permission: { resource: "tasker.template", action: "index", on: "list" },
  query: PageQuery.extend({ namespace: z.string().min(1).optional(), name: z.string().min(1).optional() }),
  answer: PageEnd.extend({ templates: z.array(Template) }),
});

/** Shows a template. */
export const getTemplate = route({
  id: "getTemplate",
  method: "GET",
  path: "/v1/templates/{namespace}/{name}",
  tag: TAG,
  summary: "Show a template with all its versions",
  permission: SHOW,
  params: TemplateParams,
  answer: Template,
  errors: [404],
});

function aboutVersion<const Name extends string, Answer extends z.ZodType>(
  id: Name,
  path: string,
  summary: string,
  answer: Answer,
) {
  return route({
    id,
    method: "GET",
    path: `/v1/templates/{namespace}/{name}/${path}`,
    tag: TAG,
    summary,
    permission: SHOW,
    params: TemplateParams,
    query: VersionQuery,
    answer,
    errors: [404],
  });
}

/** Shows a definition. */
export const getDefinition = aboutVersion(
  "getDefinition",
  "definition",
  "Show the definition of a version",
  Definition,
);

/** Tells the graph of a definition. */
export const getTemplateGraph = aboutVersion(
  "getTemplateGraph",
  "graph",
  "The steps of a version as a graph",
  TemplateGraph,
);

/** Draws a definition. */
export const drawTemplate = route({
  id: "drawTemplate",
  method: "GET",
  path: "/v1/templates/{namespace}/{name}/diagram",
  tag: TAG,
  summary: "Draw the steps of a version",
  permission: SHOW,
  params: TemplateParams,
  query: VersionQuery.extend({ format: DiagramFormat }),
  answer: Flowchart,
  otherTypes: { "text/html": z.string(), "text/vnd.mermaid": z.string() },
  errors: [404],
});

/** Compares two definitions of a template. */
export const diffTemplates = route({
  id: "diffTemplates",
  method: "GET",
  path: "/v1/templates/{namespace}/{name}/diff",
  tag: TAG,
  summary: "What changed from one version, or definition, to another",
  permission: SHOW,
  params: TemplateParams,
  query: z.strictObject({
    from: z.string().min(1).max(128).describe("A version, `latest`, or the hash of a definition"),
    to: z.string().min(1).max(128).default("latest"),
  }),
  answer: DefinitionDiff,
  errors: [404],
});

/** Checks a template. */
export const validateTemplate = route({
  id: "validateTemplate",
  method: "POST",
  path: "/v1/templates/validate",
  tag: TAG,
  summary: "Say everything that is wrong with a template",
  permission: { resource: "tasker.template", action: "index", on: "list" },
  body: TemplateDocument,
  answer: z.object({
    valid: z.boolean(),
    issues: z.array(TemplateIssue),
    definition: DefinitionName.nullable().describe("Null: it is not valid"),
  }),
  errors: [413],
});

/** Says what applying a template would change. */
export const planTemplate = route({
  id: "planTemplate",
  method: "POST",
  path: "/v1/templates/plan",
  tag: TAG,
  summary: "What putting a template into the database would change",
  permission: { resource: "tasker.template", action: "show", on: "body" },
  body: TemplateDocument,
  answer: TemplatePlan,
  errors: [413, 422],
});

/** Puts a template into the database. */
export const applyTemplate = route({
  id: "applyTemplate",
  method: "POST",
  path: "/v1/templates/apply",
  tag: TAG,
  summary: "Put a template into the database, as it was planned",
  description:
    "412 if the definition that came last under its name is another one than `base_hash` says: plan again. Tasks that are " +
    "there keep theirs. Processes execute what is registered in them: give them the template with its handlers, too.",
  permission: { resource: "tasker.template", action: "apply", on: "body" },
  body: TemplateDocument.extend({
    base_hash: Hash.nullable().describe("What the plan said"),
    reason: Reason,
  }),
  answer: z.object({ definition: DefinitionName, applied: z.boolean().describe("False: it came last already") }),
  errors: [412, 413, 422],
});
