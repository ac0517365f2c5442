import type { z } from "zod";
import type { OperatorNote } from "../../actions/check-request.ts";
import type { Route } from "../../api/route.ts";
import { auditActor } from "../../auth/audit/audit-actor.ts";
import type { AuditActor } from "../../auth/audit/audit-entry.ts";
import type { Admission } from "../../auth/auth.ts";
import type { AuthRequest } from "../../auth/authenticators/auth-request.ts";
import type { NamespaceScope } from "../../auth/principal.ts";
import type { ServerParts } from "../server-parts.ts";
import type { RequestOrigin } from "./request-origin.ts";

/** What a request is besides its parameters and body. */
export interface RequestFacts extends RequestOrigin {
  readonly id: string;
  /** In upper case; `HEAD` where a route is asked for `GET` without the body. */
  readonly method: string;
  readonly headers: Headers;
  /** Cuts the connection, where there is one. */
  readonly disconnect?: (() => void) | undefined;
  /** What authenticators see of it. */
  readonly auth: AuthRequest;
  /** Aborted when the client is gone or the request has taken too long. */
  readonly signal: AbortSignal;
}

/** A request to a route, checked and allowed. */
export interface Call<Known extends Route> extends Admission {
  readonly params: z.output<Known["params"]>;
  readonly query: z.output<Known["query"]>;
  readonly body: z.output<Known["body"]>;
  /** The namespaces in which the caller may do it: what a list shows is limited to them. */
  readonly scope: NamespaceScope;
  readonly request: RequestFacts;
  readonly parts: ServerParts;
  /** What the caller had to be allowed to do. */
  readonly permission: Route["permission"];
  /** Finds out whom the request comes from, for routes that everybody may use. @throws AuthenticationError */
  readonly identify: () => Promise<Admission>;
}

/** A value that becomes this one when it is written as JSON: moments may be dates. */
export type Written<Value> = Value extends string
  ? Value | Date
  : Value extends readonly (infer Item)[]
    ? readonly Written<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Written<Value[Key]> }
      : Value;

/** What a route answers. */
export interface Reply<Answer> {
  readonly answer: Written<Answer>;
  /** Default: the first of the route. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A route with what answers it. */
export interface Implementation<Known extends Route = Route> {
  readonly route: Known;
  readonly handle: (call: Call<Known>) => Promise<Reply<z.input<Known["answer"]>> | Response>;
}

/** Says what answers a route: its answer, or a response that is made already, as streams are. */
export function implement<Known extends Route>(
  route: Known,
  handle: Implementation<Known>["handle"],
): Implementation<Known> {
  return { route, handle };
}

/** Who acts, as the audit log names them. */
export function actorOf({ principal, request }: Pick<Call<Route>, "principal" | "request">): AuditActor {
  const actor = auditActor(principal, request, "rest", request.id);
  return request.transport === "local" ? { ...actor, actorKind: "cli", source: "cli" } : actor;
}

/** Who acts and why, for what an operator does. */
export function noteOf(call: Pick<Call<Route>, "principal" | "request">, reason: string): OperatorNote {
  const { actor, ...origin } = actorOf(call);
  return { actor, reason, origin };
}
