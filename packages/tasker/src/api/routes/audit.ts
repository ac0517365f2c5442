import { z } from "zod";
import { route } from "../route.ts";
import { Id, Moment, PageEnd, PageQuery } from "../shapes/common.ts";

/** Something that somebody did. */
const AuditRecord = z.object({
  audit_id: Id,
  at: Moment,
  actor: z.string(),
  actor_kind: z.string(),
  source: z.string().describe("By what way: `rest`, `graphql`, `cli`"),
  address: z.string().nullable(),
  action: z.string(),
  resource: z.string(),
  resource_id: z.string().nullable(),
  namespace: z.string().nullable().describe("Null: it belongs to none, and is shown to those who may see all"),
  request_id: z.string().nullable(),
  details: z.unknown(),
});

/** Lists what was done. */
export const listAudit = route({
  id: "listAudit",
  method: "GET",
  path: "/v1/audit",
  tag: "Access",
  summary: "List what people and programs did, newest first",
  permission: { resource: "tasker.audit", action: "index", on: "list" },
  query: PageQuery.extend({
    actor: z.string().min(1).max(255).optional(),
    action: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe("An action, such as `token.create`, or all of a kind: `token.*`"),
    resource: z.string().min(1).max(64).optional().describe("Such as `tasker.task`"),
    resource_id: z.string().min(1).max(255).optional(),
    namespace: z.array(z.string().min(1)).optional(),
    since: Moment.optional(),
  }),
  answer: PageEnd.extend({ entries: z.array(AuditRecord) }),
});
