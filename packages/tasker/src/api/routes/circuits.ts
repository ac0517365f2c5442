import { z } from "zod";
import { route } from "../route.ts";
import { Circuit, CircuitParams, Limit } from "../shapes/circuit.ts";
import { PageEnd, PageQuery, Reason } from "../shapes/common.ts";

const OfNamespace = PageQuery.extend({ namespace: z.string().min(1).max(64).optional() });

/** Lists circuit breakers. */
export const listCircuits = route({
  id: "listCircuits",
  method: "GET",
  path: "/v1/circuits",
  tag: "Protection",
  summary: "List the circuit breakers that have ever failed, by namespace and name",
  permission: { resource: "tasker.circuit", action: "index", on: "list" },
  query: OfNamespace,
  answer: PageEnd.extend({ circuits: z.array(Circuit) }),
});

/** Closes a circuit breaker. */
export const closeCircuit = route({
  id: "closeCircuit",
  method: "POST",
  path: "/v1/circuits/{namespace}/{name}/close",
  tag: "Protection",
  summary: "Close a circuit breaker at once: what made it open is forgotten",
  description: "Processes notice it when they next look, within their poll interval.",
  permission: { resource: "tasker.circuit", action: "close", on: "namespace" },
  params: CircuitParams,
  body: z.strictObject({ reason: Reason }),
  answer: z.object({ namespace: z.string(), name: z.string(), outcome: z.enum(["done", "already"]) }),
  errors: [404],
});

/** Lists limits. */
export const listLimits = route({
  id: "listLimits",
  method: "GET",
  path: "/v1/limits",
  tag: "Protection",
  summary: "List the limits that are in use or that steps wait for, over all processes",
  permission: { resource: "tasker.limit", action: "index", on: "list" },
  query: OfNamespace,
  answer: PageEnd.extend({ limits: z.array(Limit) }),
});
