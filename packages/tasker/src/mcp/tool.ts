import { z } from "zod";
import type { Route } from "../api/route.ts";

/** Something that a model can call: a route of the API under a name of its own. */
export interface Tool {
  /** In snake_case. */
  readonly name: string;
  readonly title: string;
  /** For the model: what it does, and when to use it. */
  readonly description: string;
  readonly route: Route;
  /** Whether it changes something. Such a tool shows what it would do, and does it only when it is told to. */
  readonly acts: boolean;
}

/** What a tool takes: everything that its route takes, under one roof. */
export function inputOf({ route, acts }: Tool): z.ZodRawShape {
  const parts = [route.params, route.query, route.body].flatMap((part) => (part instanceof z.ZodObject ? [part] : []));
  const shape = Object.assign({}, ...parts.map((part) => part.shape)) as z.ZodRawShape;
  if (!acts) return shape;
  const confirm = z.boolean().default(false).describe("False: only show what would be done. True: do it");
  return { ...shape, confirm };
}

/** What a route is given, of what a tool was given. */
export function routeInputOf({ route }: Tool, given: Readonly<Record<string, unknown>>) {
  const pick = (part: z.ZodType) =>
    part instanceof z.ZodObject
      ? Object.fromEntries(Object.keys(part.shape).flatMap((key) => (key in given ? [[key, given[key]]] : [])))
      : undefined;
  return { params: pick(route.params), query: pick(route.query), body: pick(route.body) };
}
