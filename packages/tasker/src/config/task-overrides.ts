import { z } from "zod";
import { BackoffOverride } from "./backoff-config.ts";
import { ExecutionOverride } from "./execution-config.ts";
import { mapping } from "./rules.ts";
import { TelemetryOverride } from "./telemetry-config.ts";

const SectionsOfTasks = mapping({
  backoff: BackoffOverride,
  execution: ExecutionOverride,
  telemetry: TelemetryOverride,
}).partial();

const TEMPLATE = /^[^/]+\/[^/]+$/;

/** Shape of what a configuration says for tasks of some namespaces. */
export const NamespacesSchema = z.record(z.string().min(1), SectionsOfTasks, {
  error: "a mapping of namespaces to sections",
});

/** Shape of what a configuration says for tasks of some templates. */
export const TemplatesSchema = z.record(z.string().regex(TEMPLATE), SectionsOfTasks, {
  error: ({ code }) =>
    code === "invalid_key" ? "a template as namespace/name" : "a mapping of templates (namespace/name) to sections",
});

/** What a configuration says for some tasks, over what it says for all: for namespaces, and above that for templates. */
export interface TaskOverrides {
  readonly namespaces?: Readonly<z.output<typeof NamespacesSchema>>;
  /** By `namespace/name`. */
  readonly templates?: Readonly<z.output<typeof TemplatesSchema>>;
}

/** Shape of {@link TaskOverrides}. */
export const TaskOverridesSchema = mapping({ namespaces: NamespacesSchema, templates: TemplatesSchema }).partial();
