import { z } from "zod";

/** A table, and the share of its pages that inserts fill, in percent; null: PostgreSQL's default of 100. */
const CatalogTable = z.object({ name: z.string(), fillfactor: z.number().nullable() });

/** A column of a table; columns stand in physical order. */
const CatalogColumn = z.object({
  table: z.string(),
  name: z.string(),
  type: z.string(),
  notNull: z.boolean(),
  /** Expression in SQL. */
  default: z.string().nullable(),
  identity: z.enum(["always", "by default"]).nullable(),
});

/** A key or a check. NOT NULL is told with the column. */
const CatalogConstraint = z.object({
  table: z.string(),
  name: z.string(),
  kind: z.enum(["primary key", "foreign key", "unique", "check", "exclusion"]),
  definition: z.string(),
});

/** An index that is not the index of a constraint. */
const CatalogIndex = z.object({ table: z.string(), name: z.string(), unique: z.boolean(), definition: z.string() });

const CatalogSequence = z.object({
  name: z.string(),
  type: z.string(),
  /** Start, step, bounds and cache in the words of `create sequence`. */
  options: z.string(),
  /** The column that it goes with, as `table.column`. */
  owner: z.string().nullable(),
  /** Made with its identity column and not on its own. */
  ofIdentity: z.boolean(),
});

const CatalogView = z.object({
  name: z.string(),
  /** Names and types, in order. */
  columns: z.array(z.string()),
  /** Lines of its query. */
  definition: z.array(z.string()),
});

const CatalogFunction = z.object({
  name: z.string(),
  /** Types of the arguments, which tell functions of one name apart. */
  identity: z.string(),
  /** Arguments with names and defaults, and the result. */
  signature: z.string(),
  /** Lines of its whole definition: attributes, settings and body. */
  definition: z.array(z.string()),
});

const CatalogTrigger = z.object({ table: z.string(), name: z.string(), definition: z.string() });

/** What a schema consists of, in the words of PostgreSQL's catalog, without the schema's own name. */
export const SchemaCatalog = z.object({
  tables: z.array(CatalogTable),
  columns: z.array(CatalogColumn),
  constraints: z.array(CatalogConstraint),
  indexes: z.array(CatalogIndex),
  sequences: z.array(CatalogSequence),
  views: z.array(CatalogView),
  functions: z.array(CatalogFunction),
  triggers: z.array(CatalogTrigger),
});
export type SchemaCatalog = z.infer<typeof SchemaCatalog>;

/** A table with its fill factor. */
export type CatalogTable = z.infer<typeof CatalogTable>;
/** A column with type, null, default and identity. */
export type CatalogColumn = z.infer<typeof CatalogColumn>;
/** A key or a check. */
export type CatalogConstraint = z.infer<typeof CatalogConstraint>;
/** An index that is not the index of a constraint. */
export type CatalogIndex = z.infer<typeof CatalogIndex>;
/** A sequence and the column that it goes with. */
export type CatalogSequence = z.infer<typeof CatalogSequence>;
/** A view with columns and query. */
export type CatalogView = z.infer<typeof CatalogView>;
/** A function with its whole definition. */
export type CatalogFunction = z.infer<typeof CatalogFunction>;
/** A trigger with its definition. */
export type CatalogTrigger = z.infer<typeof CatalogTrigger>;

/** Number of the migration that made an object what it is; 0: `migrate` itself, for its records. */
const ofMigration = { migration: z.number().int().nonnegative() };

/** The schema of this release: a catalog of which each object knows its migration. */
export const ExpectedSchema = z.object({
  tables: z.array(CatalogTable.extend(ofMigration)),
  columns: z.array(CatalogColumn.extend(ofMigration)),
  constraints: z.array(CatalogConstraint.extend(ofMigration)),
  indexes: z.array(CatalogIndex.extend(ofMigration)),
  sequences: z.array(CatalogSequence.extend(ofMigration)),
  views: z.array(CatalogView.extend(ofMigration)),
  functions: z.array(CatalogFunction.extend(ofMigration)),
  triggers: z.array(CatalogTrigger.extend(ofMigration)),
  /** Versions that `schema_migrations` records, so that the Rails engine's own migrations do not run. */
  railsVersions: z.array(z.string()),
});
export type ExpectedSchema = z.infer<typeof ExpectedSchema>;
