import { z } from "zod";
import { Id, Moment, PageEnd } from "./common.ts";

const Names = z.array(z.string().min(1).max(255)).max(200);

/** What is known of an API token; never its secret. */
export const ApiToken = z.object({
  token_id: Id,
  name: z.string(),
  prefix: z.string().describe("What the token begins with, after `tasker_`"),
  roles: z.array(z.string()),
  permissions: z.array(z.string()),
  namespaces: z.array(z.string()).nullable().describe("Null: all"),
  created_by: z.string(),
  created_at: Moment,
  expires_at: Moment.nullable(),
  last_used_at: Moment.nullable().describe("To about a minute"),
  revoked_at: Moment.nullable(),
  rotated_from: Id.nullable().describe("The token in whose place it came"),
});

/** A page of API tokens. */
export const TokenPage = PageEnd.extend({ tokens: z.array(ApiToken) });

/** A token, by its id. */
export const TokenParams = z.strictObject({ token_id: Id });

/** An API token that is to be made. */
export const TokenCreation = z.strictObject({
  name: z.string().min(1).max(255),
  roles: Names.default([]),
  permissions: Names.default([]).describe("Such as `tasker.task:retry`, `tasker.task:*`, `*:index`"),
  namespaces: Names.min(1).nullable().default(null).describe("Null: all"),
  expires_at: Moment.nullable().default(null).describe("Null: never"),
});

/** A token that was made. */
export const MadeToken = ApiToken.extend({
  token: z.string().describe("What its holder sends as `Authorization: Bearer ...`. Not stored, and never shown again"),
});

/** How a token is rotated. */
export const TokenRotation = z.strictObject({
  overlap_seconds: z.int().min(0).max(31_536_000).default(86_400).describe("How long the old token still counts"),
});
