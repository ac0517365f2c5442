import { z } from "zod";
import { Json } from "../common.ts";

/** A step of a template as the reference describes it. */
export const StepTemplate = z.object({
  name: z.string(),
  description: z.string(),
  dependent_system: z.string(),
  depends_on_step: z.string().optional().describe("The step that it waits for, where there is one alone"),
  depends_on_steps: z.array(z.string()),
  handler_class: z.string(),
  configuration: z.record(z.string(), Json),
  default_retryable: z.boolean(),
  default_retry_limit: z.int(),
  skippable: z.boolean(),
  custom_events: z.array(Json),
});

/** The graph of a template's steps. */
export const HandlerGraph = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      type: z.literal("step"),
      handler_class: z.string(),
      configuration: z.record(z.string(), Json),
    }),
  ),
  edges: z.array(z.object({ from: z.string(), to: z.string(), type: z.literal("dependency") })),
  execution_order: z.array(z.string()).describe("Each step after those that it waits for"),
});

/** A registered template. */
export const Handler = z.object({
  name: z.string(),
  namespace: z.string(),
  version: z.string(),
  full_name: z.string(),
  class_name: z.string(),
  available: z.boolean(),
  step_templates: z.array(StepTemplate),
  dependency_graph: HandlerGraph,
});

/** Namespaces that have templates. */
export const HandlerNamespaces = z.object({
  namespaces: z.array(z.object({ name: z.string(), handler_count: z.int().describe("Names of templates") })),
  total_namespaces: z.int(),
  generated_at: z.iso.datetime(),
});

/** The templates of a namespace. */
export const NamespaceHandlers = z.object({
  namespace: z.string(),
  handlers: z.array(
    z.object({
      name: z.string(),
      namespace: z.string(),
      versions: z.array(z.string()).describe("The lowest first: 9.0.0 before 10.0.0"),
      latest_version: z.string(),
      handler_count: z.int().describe("Versions"),
    }),
  ),
  total_handlers: z.int(),
});
