import { route } from "../route.ts";
import { PageQuery } from "../shapes/common.ts";
import { ApiToken, MadeToken, TokenCreation, TokenPage, TokenParams, TokenRotation } from "../shapes/token.ts";

/** Lists API tokens. */
export const listTokens = route({
  id: "listTokens",
  method: "GET",
  path: "/v1/tokens",
  tag: "Access",
  summary: "List API tokens, newest first, those that count no more too",
  permission: { resource: "tasker.token", action: "index", on: "all" },
  query: PageQuery,
  answer: TokenPage,
});

/** Makes an API token. */
export const createToken = route({
  id: "createToken",
  method: "POST",
  path: "/v1/tokens",
  tag: "Access",
  summary: "Make an API token",
  description: "Its secret is answered this once. A token can do no more than whoever makes it: 403 otherwise.",
  permission: { resource: "tasker.token", action: "create", on: "all" },
  body: TokenCreation,
  answer: MadeToken,
  statuses: [201],
});

/** Revokes an API token. */
export const revokeToken = route({
  id: "revokeToken",
  method: "DELETE",
  path: "/v1/tokens/{token_id}",
  tag: "Access",
  summary: "Have an API token, and sessions that were opened with it, count no more",
  description:
    "Other processes notice it within the seconds for which they keep what they read. 404 if it is revoked already.",
  permission: { resource: "tasker.token", action: "destroy", on: "all" },
  params: TokenParams,
  answer: ApiToken,
  errors: [404],
});

/** Makes a token in another one's place. */
export const rotateToken = route({
  id: "rotateToken",
  method: "POST",
  path: "/v1/tokens/{token_id}/rotate",
  tag: "Access",
  summary: "Make a token that can what another one can, which ends a while later",
  description: "For those who have all that the token has: 403 otherwise.",
  permission: { resource: "tasker.token", action: "rotate", on: "all" },
  params: TokenParams,
  body: TokenRotation,
  answer: MadeToken,
  statuses: [201],
  errors: [404],
});
