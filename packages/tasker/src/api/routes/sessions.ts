import { z } from "zod";
import { route } from "../route.ts";
import { Id, PageQuery } from "../shapes/common.ts";
import { BrowserSession, Identity, SessionPage, SessionParams } from "../shapes/session.ts";

/** Opens a session. */
export const openSession = route({
  id: "openSession",
  method: "POST",
  path: "/v1/sessions",
  tag: "Access",
  summary: "Open a session for a browser",
  description:
    "For whoever proves who they are, as with `Authorization: Bearer`. The answer sets a cookie that no script can read; requests " +
    "with it that change something need the header `x-csrf-token`. 404 where `auth.authenticator_class` has no sessions.",
  permission: null,
  answer: BrowserSession,
  statuses: [201],
  errors: [401, 403, 404],
});

/** Shows the session of a request. */
export const showSession = route({
  id: "showSession",
  method: "GET",
  path: "/v1/sessions/current",
  tag: "Access",
  summary: "Show the session of this request, and give it a new secret when it is time for one",
  permission: null,
  answer: BrowserSession,
  errors: [401, 403, 404],
});

/** Ends the session of a request. */
export const closeSession = route({
  id: "closeSession",
  method: "DELETE",
  path: "/v1/sessions/current",
  tag: "Access",
  summary: "End the session of this request, and have the browser forget it",
  permission: null,
  answer: z.object({ ended: z.literal(true) }),
  errors: [401, 403, 404],
});

/** Lists sessions. */
export const listSessions = route({
  id: "listSessions",
  method: "GET",
  path: "/v1/sessions",
  tag: "Access",
  summary: "List the sessions that have not ended, newest first",
  permission: { resource: "tasker.session", action: "index", on: "all" },
  query: PageQuery,
  answer: SessionPage,
});

/** Ends somebody's session. */
export const endSession = route({
  id: "endSession",
  method: "DELETE",
  path: "/v1/sessions/{session_id}",
  tag: "Access",
  summary: "End a session, whosever it is",
  permission: { resource: "tasker.session", action: "destroy", on: "all" },
  params: SessionParams,
  answer: z.object({ session_id: Id }),
  errors: [404],
});

/** Says who asks. */
export const showIdentity = route({
  id: "showIdentity",
  method: "GET",
  path: "/v1/identity",
  tag: "Access",
  summary: "Say who asks, and what they may do",
  permission: null,
  answer: Identity,
  errors: [401, 403],
});
