/**
 * Whose a thing is. `namespace`: it belongs to one, and whoever is limited to namespaces sees those of them. `global`: it tells
 * or changes something of all namespaces; whoever is limited to some does not get at it. `shared`: it tells nothing of any.
 */
export type ResourceReach = "namespace" | "global" | "shared";

interface ResourceDefinition {
  readonly description: string;
  readonly reach: ResourceReach;
  readonly actions: readonly string[];
}

/** Every resource with its actions: those of the reference first, with its actions first. */
const DEFINITIONS = {
  "tasker.task": {
    description: "workflow tasks",
    reach: "namespace",
    actions: [
      ...["index", "show", "create", "update", "destroy", "retry", "cancel"],
      ...["pause", "resume", "resolve", "rerun", "signal"],
    ],
  },
  "tasker.workflow_step": {
    description: "workflow steps",
    reach: "namespace",
    actions: ["index", "show", "update", "destroy", "retry", "cancel", "reset", "resolve", "complete", "skip"],
  },
  "tasker.health_status": { description: "health status endpoint", reach: "shared", actions: ["index"] },
  "tasker.handler": { description: "handler discovery", reach: "namespace", actions: ["index", "show"] },
  "tasker.metrics": { description: "metrics endpoint", reach: "global", actions: ["index"] },
  "tasker.analytics": { description: "analytics endpoints", reach: "namespace", actions: ["index"] },
  "tasker.template": {
    description: "templates and their definitions",
    reach: "namespace",
    actions: ["index", "show", "apply"],
  },
  "tasker.task_diagram": { description: "diagrams of tasks", reach: "namespace", actions: ["index"] },
  "tasker.annotation": {
    description: "annotations of tasks and their types",
    reach: "namespace",
    actions: ["index", "create"],
  },
  "tasker.dependent_system": {
    description: "external systems, and what they know under ids of their own",
    reach: "global",
    actions: ["index", "show"],
  },
  "tasker.event": { description: "events", reach: "namespace", actions: ["index", "show", "replay"] },
  "tasker.subscriber": { description: "durable subscribers", reach: "global", actions: ["index", "show", "destroy"] },
  "tasker.dead_letter": {
    description: "events that subscribers could not take",
    reach: "global",
    actions: ["index", "show", "retry", "destroy"],
  },
  "tasker.process": { description: "processes with an engine", reach: "global", actions: ["index", "show"] },
  "tasker.worker": {
    description: "workers in other languages: their calls",
    reach: "namespace",
    actions: ["register", "poll", "report"],
  },
  "tasker.queue": {
    description: "queues of ready steps",
    reach: "global",
    actions: ["index", "show", "pause", "resume"],
  },
  "tasker.circuit": { description: "circuit breakers", reach: "namespace", actions: ["index", "close"] },
  "tasker.limit": { description: "limits of steps that run at once", reach: "namespace", actions: ["index"] },
  "tasker.schedule": {
    description: "schedules of tasks",
    reach: "namespace",
    actions: ["index", "show", "create", "update", "destroy", "pause", "resume"],
  },
  "tasker.configuration": { description: "the configuration", reach: "global", actions: ["index", "show", "update"] },
  "tasker.token": {
    description: "API tokens",
    reach: "global",
    actions: ["index", "show", "create", "destroy", "rotate"],
  },
  "tasker.session": { description: "sessions of the dashboard", reach: "global", actions: ["index", "destroy"] },
  "tasker.audit": { description: "the audit log", reach: "namespace", actions: ["index"] },
} as const satisfies Readonly<Record<string, ResourceDefinition>>;

/** Name of a resource. */
export type ResourceName = keyof typeof DEFINITIONS;

const BY_NAME: ReadonlyMap<string, ResourceDefinition> = new Map(Object.entries(DEFINITIONS));

const PERMISSIONS: readonly string[] = Object.freeze(
  [...BY_NAME].flatMap(([resource, { actions }]) => actions.map((action) => `${resource}:${action}`)),
);
const KNOWN_PERMISSIONS: ReadonlySet<string> = new Set(PERMISSIONS);

/** Names of all resources. */
export function resources(): readonly ResourceName[] {
  return [...BY_NAME.keys()].filter(resourceExists);
}

/** Whether there is a resource of this name. */
export function resourceExists(resource: string): resource is ResourceName {
  return BY_NAME.has(resource);
}

/** Whether a resource has this action; not if there is no such resource. */
export function actionExists(resource: string, action: string): boolean {
  return KNOWN_PERMISSIONS.has(`${resource}:${action}`);
}

/** Every permission that there is, as `resource:action`. */
export function allPermissions(): readonly string[] {
  return PERMISSIONS;
}

/** The actions of a resource; none if there is no such resource. */
export function actionsForResource(resource: string): readonly string[] {
  return BY_NAME.get(resource)?.actions ?? [];
}

/** What a resource is; null if there is no such resource. */
export function resourceDescription(resource: string): string | null {
  return BY_NAME.get(resource)?.description ?? null;
}

/** Whose a resource is; null if there is no such resource. */
export function resourceReach(resource: string): ResourceReach | null {
  return BY_NAME.get(resource)?.reach ?? null;
}
