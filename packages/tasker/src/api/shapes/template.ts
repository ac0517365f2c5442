import { z } from "zod";
import { Json, Moment } from "./common.ts";

const Name = z.string().min(1).max(64);
/** SHA-256 of a definition, in hexadecimal. */
export const Hash = z.string().regex(/^[0-9a-f]{64}$/, "a hash of 64 hexadecimal digits");

/** Parameters of routes about one template. */
export const TemplateParams = z.strictObject({ namespace: Name, name: Name });

/** Which definition of a template is meant. */
export const VersionQuery = z.strictObject({
  version: z
    .string()
    .min(1)
    .max(128)
    .default("latest")
    .describe("A version, `latest` for the highest one, or the hash of a definition"),
});

/** A version of a template. */
export const TemplateVersion = z.object({
  version: z.string(),
  description: z.string().nullable(),
  created_at: Moment,
  definition_hash: z.string().nullable().describe("Of its last definition; null: another engine made it"),
  is_registered: z.boolean().describe("Whether the process that answers has this definition with its handlers"),
});

/** A template with its versions, the highest first. */
export const Template = z.object({ namespace: z.string(), name: z.string(), versions: z.array(TemplateVersion) });

/** Which definition something is about. */
export const DefinitionName = z.object({
  namespace: z.string(),
  name: z.string(),
  version: z.string(),
  hash: z.string(),
});

/** A definition: a template in the keys of YAML, with every default written out. */
export const Definition = DefinitionName.extend({ created_at: Moment, definition: z.record(z.string(), Json) });

/** The graph of a template's steps. */
export const TemplateGraph = z.object({
  namespace: z.string(),
  name: z.string(),
  version: z.string(),
  nodes: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      handler_class: z.string(),
      dependencies: z.array(z.string()),
      dependency_count: z.int(),
    }),
  ),
  edges: z.array(z.object({ from: z.string(), to: z.string(), type: z.enum(["single", "multiple"]) })),
  topology: z.array(z.string()),
  cycles: z.array(z.array(z.string())),
  cyclic_components: z.array(z.array(z.string())),
  levels: z.record(z.string(), z.int()),
  roots: z.array(z.string()),
  leaves: z.array(z.string()),
  summary: z.object({
    total_steps: z.int(),
    total_dependencies: z.int(),
    has_cycles: z.boolean(),
    max_depth: z.int(),
    parallel_branches: z.int(),
  }),
});

const FieldChanges = z.array(z.object({ path: z.string(), before: Json.optional(), after: Json.optional() }));

/** How two definitions differ. */
export const DefinitionDiff = z.object({
  same: z.boolean(),
  before: DefinitionName,
  after: DefinitionName,
  changes: FieldChanges.describe("Outside of the steps"),
  steps: z.object({
    added: z.array(z.string()),
    removed: z.array(z.string()),
    changed: z.array(z.object({ name: z.string(), changes: FieldChanges })),
    reordered: z.boolean(),
  }),
});

/** A template as it is written. */
export const TemplateDocument = z.strictObject({
  document: z
    .union([z.string().min(1), z.record(z.string(), Json)])
    .describe("Text in YAML or JSON, or the object that it means"),
  environment: z.string().min(1).max(64).optional().describe("Entry of the template's `environments` to use"),
});

/** One thing that is wrong with a template. */
export const TemplateIssue = z.object({
  path: z.string(),
  message: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
  hint: z.string().optional(),
});

/** Tasks that are not over and keep the definition with which they began. */
export const KeptDefinition = DefinitionName.extend({ tasks: z.int() });

/** What putting a definition into the database would change. */
export const TemplatePlan = z.object({
  definition: DefinitionName,
  base_hash: z.string().nullable().describe("Of the definition that came last under this name; null: there is none"),
  is_known: z.boolean().describe("Whether the database has exactly this definition already"),
  diff: DefinitionDiff.nullable().describe("From the one that came last; null: there is none"),
  running: z.array(KeptDefinition).describe("Tasks that are not over, by the other definitions that they keep"),
});
