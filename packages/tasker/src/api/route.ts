import { z } from "zod";

/** Methods of routes. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * What a caller must be allowed to do. `on` says to what: `list`: those of a kind, limited to the namespaces in which the caller
 * may do it; `task`: the task named by the parameter `task_id`, which is not there for those who may not see its namespace;
 * `namespace`: what lies in the namespace named by the parameter `namespace`; `all`: something that belongs to no namespace, or to
 * all of them; `body`: something that the body names, so that the implementation asks.
 */
export interface RoutePermission {
  readonly resource: string;
  readonly action: string;
  /** Another action of the resource that is enough, too. */
  readonly or?: string;
  readonly on: "list" | "task" | "namespace" | "all" | "body";
}

/** Who made an interface: `/v1` is ours, with problem documents as errors; `reference` answers as the Rails engine does. */
export type Dialect = "v1" | "reference";

/** What a route takes and gives: its shapes are the only description there is, for the server, its clients and its documentation. */
export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  /** Unique, in camelCase: the operation id of OpenAPI. */
  readonly id: string;
  readonly method: Method;
  /** With parameters in braces: `/v1/tasks/{task_id}`. */
  readonly path: string;
  readonly dialect: Dialect;
  readonly summary: string;
  /** More than a line, in Markdown. */
  readonly description: string;
  readonly tag: string;
  /** Null: everybody may. */
  readonly permission: RoutePermission | null;
  readonly params: Params;
  readonly query: Query;
  /** A schema that takes undefined: there may be no body. */
  readonly body: Body;
  readonly answer: Answer;
  /** Of answers when all went well, the usual one first. */
  readonly statuses: readonly [number, ...number[]];
  /** What is answered: JSON, or text of another type as it is. */
  readonly answerType: string;
  /** Other forms of the answer that can be asked for, by their types. */
  readonly otherTypes: Readonly<Record<string, z.ZodType>>;
  /** Whether it may take long, because it waits for something: a poll, a stream. */
  readonly waits: boolean;
  /** Whether what answers it checks the items of the body one by one, so that a bad one does not fail the others. */
  readonly checksItems: boolean;
  /** Statuses of errors beside those of every route: 400, 401, 403, 429, 500, 503. */
  readonly errors: readonly number[];
}

/** Nothing: no parameters, no query, no body. */
export const Nothing = z.strictObject({});
/** No body. */
export const NoBody = z.undefined();

interface RouteParts<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> extends Pick<Route, "id" | "method" | "path" | "summary" | "tag" | "permission"> {
  readonly dialect?: Dialect;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Answer;
  /** Default: 200. */
  readonly statuses?: readonly [number, ...number[]];
  /** Default: `application/json`. */
  readonly answerType?: string;
  /** Default: none. */
  readonly otherTypes?: Readonly<Record<string, z.ZodType>>;
  readonly waits?: boolean;
  readonly checksItems?: boolean;
  readonly errors?: readonly number[];
}

/** Describes a route; what is left out is nothing. */
export function route<
  Answer extends z.ZodType,
  Params extends z.ZodType = typeof Nothing,
  Query extends z.ZodType = typeof Nothing,
  Body extends z.ZodType = typeof NoBody,
>(parts: RouteParts<Params, Query, Body, Answer>): Route<Params, Query, Body, Answer> {
  return {
    dialect: "v1",
    description: "",
    statuses: [200],
    answerType: "application/json",
    otherTypes: {},
    waits: false,
    checksItems: false,
    errors: [],
    ...parts,
    // The defaults of the type parameters are what these are when they are left out.
    params: (parts.params ?? Nothing) as Params,
    query: (parts.query ?? Nothing) as Query,
    body: (parts.body ?? NoBody) as Body,
  };
}
