import { z } from "zod";

const Attributes = z.record(z.string(), z.unknown());

/** A chart, as the reference has it. */
export const Flowchart = z.object({
  nodes: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      shape: z.string(),
      style: z.string().optional(),
      url: z.string().optional(),
      attributes: Attributes,
    }),
  ),
  edges: z.array(
    z.object({
      source_id: z.string(),
      target_id: z.string(),
      label: z.string(),
      type: z.string(),
      direction: z.string(),
      attributes: Attributes,
    }),
  ),
  direction: z.string(),
  title: z.string().optional(),
  attributes: Attributes,
});

/** Forms of a diagram: a chart for programs, text of Mermaid, or a page. */
export const DiagramFormat = z.enum(["json", "mermaid", "html"]).default("json");
