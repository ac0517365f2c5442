import { array, int8, nullable, text, timestamp, varchar } from "../../database/sql-type.ts";
import type { RowOf } from "../../database/statement.ts";
import type { NamespaceScope } from "../principal.ts";

/** What is known of an API token; never its secret. */
export interface ApiToken {
  readonly id: number;
  /** Need not be unique: a rotation keeps it. */
  readonly name: string;
  /** What the token begins with, after `tasker_`. */
  readonly prefix: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly namespaces: NamespaceScope;
  readonly createdBy: string;
  readonly createdAt: Date;
  /** Null: never. */
  readonly expiresAt: Date | null;
  /** To about a minute; null: not yet. */
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  /** The token in whose place it came. */
  readonly rotatedFrom: number | null;
}

/** Columns of a token without its secret, as statements give them. */
export const TOKEN_COLUMNS = {
  token_id: int8,
  name: varchar,
  prefix: varchar,
  roles: array(text),
  permissions: array(text),
  namespaces: nullable(array(text)),
  created_by: varchar,
  created_at: timestamp,
  expires_at: nullable(timestamp),
  last_used_at: nullable(timestamp),
  revoked_at: nullable(timestamp),
  rotated_from: nullable(int8),
};

/** A row with {@link TOKEN_COLUMNS} as a token. */
export function toApiToken(row: RowOf<typeof TOKEN_COLUMNS>): ApiToken {
  return {
    id: row.token_id,
    name: row.name,
    prefix: row.prefix,
    roles: row.roles,
    permissions: row.permissions,
    namespaces: row.namespaces ?? "all",
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
    rotatedFrom: row.rotated_from,
  };
}
