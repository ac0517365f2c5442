import type { AuthorizationContext } from "../../auth/authorization/authorization-context.ts";
import type { Permission } from "../access/permission.ts";
import type { GraphqlContext } from "../context.ts";
import { decodeGlobalId } from "../relay/global-id.ts";
import type { NodeSource } from "../sources.ts";

interface NodeKind {
  readonly permission: Permission;
  readonly load: (id: number, context: GraphqlContext) => Promise<NodeSource | null>;
  /** What the permission is asked for. An empty one: those may who may in all namespaces. */
  readonly subjectOf: (node: NodeSource, context: GraphqlContext) => Promise<AuthorizationContext>;
}

const everywhere = async (): Promise<AuthorizationContext> => ({});

const ofTask = async (node: NodeSource, { loaders }: GraphqlContext): Promise<AuthorizationContext> => {
  if (!("task_id" in node.row)) return {};
  const task = await loaders.tasks.load(node.row.task_id);
  return { ...task?.subject, ...(node.kind === "WorkflowStep" ? { stepId: node.row.workflow_step_id } : {}) };
};

const ofTemplate = async (node: NodeSource, { loaders }: GraphqlContext): Promise<AuthorizationContext> => {
  if (node.kind !== "NamedTask") return {};
  const namespace = await loaders.namespaceNames.load(node.row.task_namespace_id);
  return namespace === null ? {} : { namespace };
};

const NODE_KINDS: ReadonlyMap<string, NodeKind> = new Map<NodeSource["kind"], NodeKind>([
  ["Task", { permission: "tasker.task:show", load: (id, { loaders }) => loaders.tasks.load(id), subjectOf: ofTask }],
  [
    "WorkflowStep",
    { permission: "tasker.workflow_step:show", load: (id, { loaders }) => loaders.steps.load(id), subjectOf: ofTask },
  ],
  [
    "TaskAnnotation",
    {
      permission: "tasker.annotation:index",
      load: (id, { loaders }) => loaders.annotations.load(id),
      subjectOf: ofTask,
    },
  ],
  [
    "Annotation",
    {
      permission: "tasker.annotation:index",
      load: (id, { loaders }) => loaders.annotationTypes.load(id),
      subjectOf: everywhere,
    },
  ],
  [
    "NamedTask",
    {
      permission: "tasker.template:show",
      load: (id, { loaders }) => loaders.namedTasks.load(id),
      subjectOf: ofTemplate,
    },
  ],
  [
    "NamedStep",
    {
      permission: "tasker.template:show",
      load: (id, { loaders }) => loaders.namedSteps.load(id),
      subjectOf: everywhere,
    },
  ],
  [
    "DependentSystem",
    {
      permission: "tasker.dependent_system:show",
      load: (id, { loaders }) => loaders.systems.load(id),
      subjectOf: everywhere,
    },
  ],
  [
    "DependentSystemObjectMap",
    {
      permission: "tasker.dependent_system:show",
      load: (id, { loaders }) => loaders.objectMaps.load(id),
      subjectOf: everywhere,
    },
  ],
]);

/** What a global id means; null if there is no such thing that may be seen. @throws AuthorizationError */
export async function findNode(text: string, context: GraphqlContext): Promise<NodeSource | null> {
  const { type = "", id = 0 } = decodeGlobalId(text) ?? {};
  const kind = NODE_KINDS.get(type);
  if (kind === undefined) return null;
  const node = await kind.load(id, context);
  const subject = node === null ? null : await kind.subjectOf(node, context);
  return (await context.access.finds(kind.permission, subject)) ? node : null;
}
