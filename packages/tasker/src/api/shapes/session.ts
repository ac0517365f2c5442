import { z } from "zod";
import { Id, Moment, PageEnd } from "./common.ts";

/** Who somebody is, and what they may do. */
export const Identity = z.object({
  id: z.string(),
  kind: z.enum(["token", "user", "anonymous"]),
  name: z.string(),
  roles: z.array(z.string()),
  namespaces: z.array(z.string()).nullable().describe("Null: all"),
  permissions: z.array(z.string()).describe("All that they may do in some namespace at least, as `resource:action`"),
});

/** A session that was opened, or goes on. */
export const BrowserSession = z.object({
  csrf_token: z.string().describe("What requests that change something send as `x-csrf-token`"),
  expires_at: Moment,
  identity: Identity,
});

/** A session as those see it who look after them. */
export const SessionRecord = z.object({
  session_id: Id,
  principal_id: z.string(),
  name: z.string(),
  token_id: Id.nullable().describe("The API token that it was opened with"),
  created_at: Moment,
  idle_until: Moment.describe("When it ends for want of use"),
  expires_at: Moment,
});

/** A page of sessions. */
export const SessionPage = PageEnd.extend({ sessions: z.array(SessionRecord) });

/** A session, by its id. */
export const SessionParams = z.strictObject({ session_id: Id });
